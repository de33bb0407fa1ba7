// The explorer of a convolution: an entry of the output or of a gradient, what meets in it, and the sum.

const TERMS = 60; // a longer sum is cut, and says so

const VIEWS = {
  input: { which: IN, factors: (tap) => [["upstream", tap.out], ["weight", tap.offset]] },
  weight: { which: OFFSET, factors: (tap) => [["upstream", tap.out], ["input", tap.inp]] },
  output: { which: OUT, factors: (tap) => [["input", tap.inp], ["weight", tap.offset]] },
};

const letter = (place) => (place >= 26 ? letter(Math.floor(place / 26) - 1) : "") + String.fromCharCode(97 + (place % 26));

// The output and both gradients at some values, from the tap tables.
function convolved(values, tables, biasAt) {
  const through = (table, first, second) => table.map((taps) => sum(taps.map((tap) => multiply(first(tap), second(tap)))));
  const g = (tap) => values.upstream[tap.out], x = (tap) => values.input[tap.inp], w = (tap) => values.weight[tap.offset];
  const output = through(tables.output, x, w);
  return {
    output: values.bias ? output.map((value, flat) => add(value, values.bias[biasAt[flat]])) : output,
    input: through(tables.input, g, w),
    weight: through(tables.weight, g, x),
  };
}

function exploreConvolution(data, root) {
  const { arrays, results, links, dims, base, error } = data;
  const given = Object.fromEntries(Object.entries(arrays).map(([role, array]) => [role, array.entries.map(parseFraction)]));
  const values = Object.fromEntries(Object.entries(given).map(([role, entries]) => [role, [...entries]]));
  const tables = Object.fromEntries(Object.entries(VIEWS).map(([name, { which }]) => [name, tapTable(links, which)]));
  const shapeOf = (role) => (role === "upstream" || role === "output" ? results.output.shape : arrays[role].shape);
  const nameOf = (role) => (role === "upstream" || role === "output" ? results.output.name : arrays[role].name);
  const symbol = (role, flat) => {
    const at = entry(nameOf(role), unravel(flat, shapeOf(role)), base);
    return role === "upstream" ? partial(error, at) : at;
  };
  const words = (role, isGradient) => (isGradient ? `\u2202${error}/\u2202${nameOf(role)}` : nameOf(role));
  const caption = (role, isGradient) => (isGradient ? flatPartial(error, arrayName(nameOf(role))) : math("math", arrayName(nameOf(role)).drawn));

  let view = data.view, turned = false, current = 0, shownViews = {}, found = convolved(values, tables, data.bias_at);
  const start = Object.fromEntries(Object.keys(VIEWS).map((name) => {
    const shape = shapeOf(name);
    return [name, ravel(shape.map((size, axis) => Math.floor((size - 1) / (axis === shape.length - 1 ? 2 : 3))), shape)];
  }));
  const pinned = { ...start };

  const stage = html("div", { class: "stage" });
  const working = html("div", { class: "working" });
  const message = html("p", { class: "message", role: "alert" });
  const agreement = html("p", { class: "agreement" });
  const reset = html("button", { type: "button", class: "reset", hidden: true }, "Reset the numbers");
  const turn = html("input", { type: "checkbox" });
  const turnLabel = html("label", { class: "turn" }, turn, " turn ", caption("weight"), " by half a turn");
  const tools = html("div", { class: "tools" },
    choice("What to explore", ["output", "input", "weight"].map((name) => ({
      value: name, label: name === "output" ? caption("output") : caption(name, true),
      title: name === "output" ? `Output ${nameOf(name)}` : `Gradient by ${nameOf(name)}`,
    })), view, (name) => { view = name; build(); }),
    turnLabel, reset);
  turn.addEventListener("change", () => { turned = turn.checked; build(); });
  reset.addEventListener("click", () => {
    for (const role of Object.keys(values)) values[role].splice(0, values[role].length, ...given[role]);
    update();
    announce("The numbers of the problem are back.");
  });
  root.append(
    html("p", { class: "hint" }, "Point at an entry of the first grid, or move there with the arrow keys. Letters pair the factors of each product. To change a number of the other grids, click it, or press Enter on it."),
    data.assumed ? html("p", { class: "hint" }, "The problem leaves ", caption("upstream", true), " open; ones stand for it here.") : "",
    tools, stage, message, working, agreement);

  // The grids of the current view.
  function build() {
    const isGradient = view !== "output";
    turnLabel.hidden = view !== "input";
    const margins = marginsOf(links, dims);
    const make = (role, options) => new ArrayView({
      role, shape: shapeOf(role), dims, base, name: words(role, options.isGradient), caption: () => caption(role, options.isGradient), ...options,
      margins: role === "input" && options.editable ? margins : null,
    });
    const pick = (flat, how) => {
      if (how === "hover" && flat === current) return;
      if (how !== "hover") pinned[view] = flat;
      show(flat, how);
    };
    const factor = (role) => make(role, {
      isGradient: role === "upstream", editable: true, turned: role === "weight" && turned && view === "input",
      onPick: () => {}, onEdit: editor(values[role], message, update),
    });
    const roles = VIEWS[view].factors({}).map(([role]) => role);
    if (view === "output" && values.bias) roles.push("bias");
    shownViews = Object.fromEntries(roles.map((role) => [role, factor(role)]));
    shownViews.result = make(view, { isGradient, onPick: pick });
    shownViews.result.element.addEventListener("pointerleave", () => show(pinned[view], "hover"));
    const chooser = sliceChooser(shownViews.result, shownViews.result.sliceOf(pinned[view]), (slice) => {
      const area = shownViews.result.area;
      pinned[view] = slice * area + (pinned[view] % area);
      show(pinned[view], "click");
    });
    const [first, second, third] = roles;
    stage.replaceChildren(
      html("div", { class: "chosen" }, shownViews.result.element, chooser ?? ""),
      joined("\u2190", shownViews[first]), joined("\u2217", shownViews[second]),
      ...(third ? [joined("+", shownViews[third])] : []));
    update();
  }

  // Everything that depends on the numbers.
  function update() {
    found = convolved(values, tables, data.bias_at);
    let changed = 0;
    for (const role of Object.keys(values)) {
      const isChanged = values[role].map((value, flat) => !isSame(value, given[role][flat]));
      changed += isChanged.filter(Boolean).length;
      shownViews[role]?.write(values[role].map(shown), isChanged);
    }
    const own = results[view].entries.map(parseFraction);
    shownViews.result.write(found[view].map(shown), found[view].map((value, flat) => changed > 0 && !isSame(value, own[flat])));
    reset.hidden = changed === 0;
    delete root.dataset.agrees;
    if (changed) agreement.textContent = `${changed} ${changed === 1 ? "number" : "numbers"} changed; results that differ are underlined. All sums are exact.`;
    else agree();
    show(pinned[view], "edit");
  }

  // At the problem's numbers the page's sums must be the results of the report.
  function agree() {
    const all = Object.entries(results).flatMap(([role, { entries }]) => entries.map((text, flat) => isSame(parseFraction(text), found[role][flat])));
    const right = all.filter(Boolean).length;
    root.dataset.agrees = right === all.length;
    agreement.textContent = right === all.length
      ? `\u2713 The sums of this page agree with the report in all ${all.length} entries of ${results.output.name} and both gradients.`
      : `\u2717 The sums of this page differ from the report in ${all.length - right} of ${all.length} entries.`;
  }

  function show(flat, how) {
    current = flat;
    for (const each of Object.values(shownViews)) each.clear();
    const { which, factors } = VIEWS[view];
    const taps = tables[view][flat], [left, right] = factors({}).map(([role]) => role);
    const letters = { [left]: new Map(), [right]: new Map() };
    taps.forEach((tap, place) => factors(tap).forEach(([role, at]) => {
      letters[role].set(at, [...(letters[role].get(at) ?? []), place < TERMS ? letter(place) : "\u2026"]);
    }));
    const slices = { result: new Set([shownViews.result.sliceOf(flat)]) };
    for (const role of [left, right]) {
      slices[role] = new Set([...letters[role].keys()].map((at) => shownViews[role].sliceOf(at)));
      for (const [at, marks] of letters[role]) shownViews[role].mark(at, role, marks);
    }
    const outside = which === IN ? [] : tapsAt(links, which, flat, true).filter((tap) => tap.inp === null);
    for (const tap of outside) shownViews.input.markOutside(tap.at);
    for (const [role, chosen] of Object.entries(slices)) shownViews[role].show(chosen.size ? chosen : [0]);
    shownViews.result.mark(flat, "result");
    const bias = view === "output" && values.bias ? data.bias_at[flat] : null;
    if (bias !== null) { shownViews.bias.mark(bias, "weight"); shownViews.bias.show([shownViews.bias.sliceOf(bias)]); }
    write(flat, taps, outside.length, bias, how);
  }

  function write(flat, taps, outside, bias, how) {
    const { factors } = VIEWS[view];
    const target = view === "output" ? symbol("output", flat) : partial(error, symbol(view, flat));
    const terms = taps.slice(0, TERMS).map((tap, place) => {
      const [one, other] = factors(tap);
      return {
        letter: letter(place),
        symbols: row(coloured(one[0], symbol(...one)), times(), coloured(other[0], symbol(...other))),
        numbers: row(fenced(values[one[0]][one[1]]), times(), fenced(values[other[0]][other[1]])),
        said: `${plain(values[one[0]][one[1]])} times ${plain(values[other[0]][other[1]])}`,
      };
    });
    if (bias !== null) terms.push({ letter: "", symbols: coloured("weight", symbol("bias", bias)), numbers: fenced(values.bias[bias]), said: plain(values.bias[bias]) });
    const value = found[view][flat];
    const latex = [target.latex, ...["symbols", "numbers"].map((part) => terms.map((term) => term[part].latex).join(" + ")).filter(Boolean), number(value).latex].join(" = ");
    const isWhole = (part) => part.d === 1n;
    const whole = isWhole(value) && taps.every((tap) => factors(tap).every(([role, at]) => isWhole(values[role][at])));
    const line = html("div", { class: `sum${view === "output" ? " flat" : ""}${whole ? "" : " fractions"}` },
      html("span", { class: "lead" }, formula(row(target, infix("=", "0.28em")))),
      terms.map((term, place) => html("span", { class: "term" },
        html("span", { class: "letter", "aria-hidden": "true" }, term.letter),
        ...["symbols", "numbers"].map((part) => formula(place ? row(infix("+", "0.22em"), term[part]) : term[part])))),
      taps.length > TERMS ? html("span", { class: "rest" }, `and ${taps.length - TERMS} more terms`) : null,
      html("span", { class: "value" }, formula(terms.length ? row(infix("=", "0.28em"), number(value)) : number(value))));
    const notes = [];
    if (!taps.length) notes.push("No product inside of the arrays meets in this entry.");
    if (outside) notes.push(`${outside} of ${outside + taps.length} products meet the padding, where the input counts as 0, and drop out.`);
    working.replaceChildren(line, copyButton(() => latex), ...notes.map((note) => html("p", { class: "hint" }, note)));
    if (how !== "hover") {
      const at = unravel(flat, shapeOf(view)).map((position) => position + base).join(", ");
      announce(`Entry ${at} of ${view === "output" ? nameOf("output") : `the gradient by ${nameOf(view)}`}: ${terms.map((term) => term.said).join(" plus ") || "no terms"}, equals ${plain(value)}`);
    }
  }

  build();
}
