// The plot of a pooling explorer: log2 of the norm over the maximum, against log2 of the exponent.
//
// On this scale the upper bound n^(1/p) is log2(n)/p, the maximum is 0, and the power mean, which starts at the
// average, is the norm shifted down by the same log2(n)/p: all three meet in 0.

class Plot {
  constructor() {
    this.element = html("div", { class: "plot", role: "img" });
  }

  draw(sizes, p, average) {
    const width = Math.max(260, this.element.clientWidth), height = width < 460 ? 250 : 300;
    const most = Math.max(0, ...sizes), n = sizes.length;
    this.element.setAttribute("aria-label", most === 0 ? "Nothing to plot: the window is 0."
      : `Curves over the exponent from 1 to infinity. The norm falls from the sum ${digits(norm(sizes, 1))} to the maximum ${digits(most)}; the power mean rises to it from the average ${digits(average)}.`);
    if (most === 0 || n === 0) { this.element.replaceChildren(html("p", {}, "Nothing to plot: the window is 0.")); return; }
    const left = 46, right = width - 40, top = 16, bottom = height - 34;
    const high = Math.max(Math.log2(n), 0.5) * 1.06;
    const low = Math.min(Math.log2(Math.max(average, most / 64) / most) * 1.15, -high / 5);
    const x = (q) => (q === Infinity ? right + 22 : left + (Math.log2(q) / 9) * (right - left));
    const y = (level) => top + ((high - level) / (high - low)) * (bottom - top);
    const level = (q) => Math.log2(norm(sizes, q) / most), spread = (q) => (q === Infinity ? 0 : Math.log2(n) / q);
    const steps = Array.from({ length: 121 }, (_, i) => 2 ** ((i / 120) * 9));
    const path = (f) => steps.map((q, i) => `${i ? "L" : "M"}${x(q).toFixed(1)},${y(f(q)).toFixed(1)}`).join("");
    const text = (at, up, said, attributes = {}) => svg("text", { x: at, y: up, ...attributes }, said);
    const ticks = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].filter((_, i) => width > 420 || i % 2 === 0 || i === 9);
    const upward = (high > 2.5 ? [0, 1, 2, 3, 4, 5, 6] : [0, 0.5, 1, 1.5, 2]).filter((v) => v < high);
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
      upward.map((v) => [svg("line", { class: "rule", x1: left, x2: right + 22, y1: y(v), y2: y(v) }), text(left - 8, y(v) + 4, `${v}`, { "text-anchor": "end" })]),
      svg("path", { class: "band", d: `${path(spread)}L${x(512)},${y(0)}L${x(1)},${y(0)}Z` }),
      svg("path", { class: "bound", d: path(spread) }),
      svg("line", { class: "maximum", x1: left, x2: right + 22, y1: y(0), y2: y(0) }),
      svg("path", { class: "mean", d: path((q) => Math.max(low, level(q) - spread(q))) }),
      svg("path", { class: "norm", d: path(level) }),
      svg("line", { class: "now", x1: x(p), x2: x(p), y1: top, y2: bottom }),
      svg("circle", { class: "mean-point", cx: x(p), cy: y(Math.max(low, p === Infinity ? 0 : level(p) - spread(p))), r: 4 }),
      svg("circle", { class: "norm-point", cx: x(p), cy: y(level(p)), r: 6 }),
      ticks.map((q) => text(x(q), bottom + 18, `${q}`, { "text-anchor": "middle" })),
      text(x(Infinity), bottom + 18, "\u221e", { "text-anchor": "middle" }),
      text((left + right) / 2, height - 2, "p", { "text-anchor": "middle", class: "axis" }),
      text(4, 11, "log\u2082 of the value over the maximum", { class: "axis" }),
      text(x(1.12), y(level(1)) - (spread(1) - level(1) < 0.12 ? -26 : 8), `p = 1: ${digits(norm(sizes, 1))}`, { class: "of-norm" }),
      text(x(3.4), y(spread(3.4)) - 9, "upper bound", { class: "of-bound" }),
      text(right + 26, y(0) - 7, `max ${digits(most)}`, { "text-anchor": "end", class: "of-maximum" }),
      text(x(1.7), y(Math.max(low, level(1.7) - spread(1.7))) + 17, `power mean, from the average ${digits(average)}`, { class: "of-mean" }));
    this.element.replaceChildren(drawing);
  }
}
