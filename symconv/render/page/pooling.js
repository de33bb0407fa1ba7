// The explorer of pooling: the norm of a window between its two bounds, as the exponent grows.

const EXPONENTS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, Infinity];

const exponentText = (p) => (p === Infinity ? "\u221e" : `${p}`);

// The norm of sizes, scaled by the largest so that no power overflows.
function norm(sizes, p) {
  const most = Math.max(0, ...sizes);
  if (most === 0 || p === Infinity) return most;
  return most * sizes.reduce((total, x) => total + (x / most) ** p, 0) ** (1 / p);
}

// The derivative of the norm by each entry; in the limit the entries of largest size share it.
function normSlopes(entries, p) {
  const sizes = entries.map(Math.abs), most = Math.max(0, ...sizes);
  if (most === 0) return entries.map(() => 0);
  const ties = sizes.filter((x) => x === most).length, value = norm(sizes, p);
  return entries.map((x) => Math.sign(x) * (p === Infinity ? (Math.abs(x) === most ? 1 / ties : 0) : (Math.abs(x) / value) ** (p - 1)));
}

const digits = (value) => (Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}` : Number(value.toPrecision(6)).toString()).replace("-", MINUS);

function explorePooling(data, root) {
  const { arrays: { input }, results, links, dims, base } = data;
  const given = input.entries.map(parseFraction), values = [...given];
  const table = tapTable(links, OUT), shape = results.maximum.shape;
  const start = data.exponent === null ? Infinity : approximate(parseFraction(data.exponent));
  const exponents = [...new Set([...EXPONENTS, ...(start >= 1 && start <= 512 ? [start] : [])])].sort((a, b) => a - b);
  let chosen = exponents.includes(start) ? exponents.indexOf(start) : exponents.indexOf(4);
  // the window that is shown, and the one that was chosen: at first a window that padding does not clip
  let current = Math.max(0, table.findIndex((taps) => taps.length === Math.max(...table.map((each) => each.length))));
  let pinned = current;

  const message = html("p", { class: "message", role: "alert" });
  const agreement = html("p", { class: "agreement" });
  const reset = html("button", { type: "button", class: "reset", hidden: true }, "Reset the numbers");
  const slider = html("input", { type: "range", min: "0", max: `${exponents.length - 1}`, step: "1", id: freshId("exponent") });
  slider.value = chosen;
  const readout = html("output", { for: slider.id });
  const plot = new Plot();
  const weights = html("tbody");
  const facts = html("dl", { class: "facts" });
  const note = html("p", { class: "hint", "aria-live": "polite" });

  const source = new ArrayView({
    role: "input", shape: input.shape, dims, base, name: input.name, caption: () => math("math", arrayName(input.name).drawn), editable: true,
    margins: padded(), onPick: () => {}, onEdit: editor(values, message, update),
  });
  const single = table.length === 1;
  const target = new ArrayView({
    role: "output", shape, dims, base, name: "LP values", caption: () => normCaption(),
    onPick: (flat, how) => {
      if (how === "hover" && flat === current) return;
      if (how !== "hover") pinned = flat;
      current = flat;
      show(how);
    },
  });
  target.element.addEventListener("pointerleave", () => { current = pinned; show("hover"); });
  const chooser = sliceChooser(target, target.sliceOf(pinned), (slice) => { pinned = current = slice * target.area + (pinned % target.area); show("click"); });

  slider.addEventListener("input", () => { chosen = Number(slider.value); update(); });
  reset.addEventListener("click", () => { values.splice(0, values.length, ...given); update(); announce("The numbers of the problem are back."); });

  root.append(
    html("p", { class: "hint" }, single ? "Move p. " : "Choose a window by one of its values, and move p. ", "To change an entry, click it, or press Enter on it."),
    html("div", { class: "pool" },
      html("div", { class: "stage" }, single ? source.element : [html("div", { class: "chosen" }, target.element, chooser ?? ""), joined("\u2190", source)]),
      html("div", { class: "exponent" }, html("label", { for: slider.id }, "Exponent ", math("math", math("mi", "p"))), slider, readout),
      plot.element,
      html("div", { class: "beside" },
        facts,
        html("div", { class: "sideways" }, html("table", { class: "weights" }, html("caption", {}, "What each entry of the window gets of the gradient"),
          html("thead", {}, html("tr", {}, ["entry", "LP", "", "maximum", "average"].map((title) => title
            ? html("th", { scope: "col" }, title) : html("td", {})))), weights)))),
    note, message, html("div", { class: "tools" }, reset), agreement);
  new ResizeObserver(() => draw()).observe(plot.element);

  function padded() {
    const margins = marginsOf(links, dims);
    return margins && { ...margins, value: data.layer.startsWith("Max") ? `${MINUS}\u221e` : "0" };
  }

  function normCaption() {
    return math("math", math("msub", math("mrow", math("mo", "\u2016"), math("mi", "x"), math("mo", "\u2016")), math("mi", "p")));
  }

  const windowOf = (flat) => table[flat].map((tap) => values[tap.inp]);

  function update() {
    const isChanged = values.map((value, flat) => !isSame(value, given[flat]));
    const changed = isChanged.filter(Boolean).length;
    source.write(values.map(shown), isChanged);
    target.write(table.map((_, flat) => digits(Number(norm(windowOf(flat).map(approximate).map(Math.abs), exponents[chosen]).toPrecision(4)))));
    readout.textContent = `p = ${exponentText(exponents[chosen])}`;
    slider.setAttribute("aria-valuetext", exponents[chosen] === Infinity ? "p infinite" : `p = ${exponents[chosen]}`);
    reset.hidden = changed === 0;
    delete root.dataset.agrees;
    if (changed) agreement.textContent = `${changed} ${changed === 1 ? "number" : "numbers"} changed.`;
    else agree();
    show("edit");
  }

  // At the problem's numbers, exact maxima and means must be those of the report.
  function agree() {
    const sizes = (flat) => windowOf(flat).map(size);
    const own = {
      maximum: table.map((taps, flat) => (taps.length ? largest(sizes(flat)) : ZERO)),
      mean: table.map((taps, flat) => (data.cells[flat] ? divide(sum(windowOf(flat)), data.cells[flat]) : ZERO)),
    };
    const all = Object.entries(own).flatMap(([role, found]) => found.map((value, flat) => isSame(value, parseFraction(results[role].entries[flat]))));
    const right = all.filter(Boolean).length;
    root.dataset.agrees = right === all.length;
    agreement.textContent = right === all.length
      ? `\u2713 Maximum and average of ${single ? "the window" : `all ${table.length} windows`} agree with the report.`
      : `\u2717 ${all.length - right} maxima or averages of this page differ from the report.`;
  }

  function show(how) {
    source.clear();
    target.clear();
    const taps = table[current];
    for (const tap of taps) source.mark(tap.inp, "input");
    for (const tap of tapsAt(links, OUT, current, true)) if (tap.inp === null) source.markOutside(tap.at);
    source.show(new Set(taps.length ? taps.map((tap) => source.sliceOf(tap.inp)) : [0]));
    target.mark(current, "result");
    target.show([target.sliceOf(current)]);
    describe(how);
    draw();
  }

  function describe(how) {
    const p = exponents[chosen], exact = windowOf(current), entries = exact.map(approximate), sizes = entries.map(Math.abs);
    const value = norm(sizes, p), most = Math.max(0, ...sizes), n = entries.length, cells = data.cells[current];
    const mean = cells ? divide(sum(exact), cells) : ZERO;
    const bound = n && p !== Infinity ? most * n ** (1 / p) : most;
    facts.replaceChildren(...[
      ["LP value", digits(value)], ["lower bound, the largest size", digits(most)],
      [p === Infinity ? "upper bound" : `upper bound ${n}^(1/${exponentText(p)}) \u00b7 ${digits(most)}`, digits(bound)],
      ["maximum", n ? shown(largest(exact)) : `${MINUS}\u221e`], ["average", shown(mean)],
    ].flatMap(([term, text]) => [html("dt", {}, term), html("dd", {}, text)]));
    const slopes = normSlopes(entries, p), first = exact.findIndex((x) => isSame(x, exact.length ? largest(exact) : ZERO));
    weights.replaceChildren(...entries.map((x, place) => html("tr", {},
      html("th", { scope: "row" }, shown(exact[place])), html("td", {}, slopes[place].toFixed(3).replace("-", MINUS)),
      html("td", { class: "bar" }, bar(slopes[place])), html("td", {}, place === first ? "1" : "0"), html("td", {}, shown(divide(fraction(1n), cells))))));
    const ties = sizes.filter((x) => x === most).length, notes = [];
    if (most === 0) notes.push("Every entry is 0: so is the norm, for every exponent.");
    else if (ties > 1) notes.push(`${ties} entries tie for the largest size: as p grows each gets 1/${ties}, while max pooling gives all to the first.`);
    if (entries.some((x) => x < 0)) notes.push("LP pooling sees sizes: with negative entries its limit is the largest size, which need not be the maximum, nor is p = 1 the sum.");
    note.textContent = notes.join(" ");
    if (how !== "hover") announce(`p ${p === Infinity ? "infinite" : p}: LP value ${digits(value)}, between ${digits(most)} and ${digits(bound)}`);
  }

  function bar(weight) {
    return svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { width: Math.min(100, Math.abs(weight) * 100), height: 10, rx: 2 }));
  }

  function draw() {
    const exact = windowOf(current);
    plot.draw(exact.map((x) => Math.abs(approximate(x))), exponents[chosen], exact.length ? approximate(divide(sum(exact.map(size)), exact.length)) : 0);
  }

  update();
}
