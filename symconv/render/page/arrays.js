// An array as one grid or several: its last dimensions in rows and columns, one grid for each slice of the others.

const SLICES = 12; // more grids at once are no help

class ArrayView {
  // dims: over how many dimensions the layer slides; what comes before these are channels, and images or filters
  constructor({ role, shape, dims, base, name, caption, margins = null, turned = false, editable = false, onPick, onEdit }) {
    const own = shape.length ? shape : [1];
    const inner = own.slice(role === "bias" ? -1 : -Math.min(2, dims));
    const [rows, columns] = inner.length === 2 ? inner : [1, ...inner];
    const leading = own.slice(0, own.length - inner.length);
    const outer = own.length - dims, names = [role === "weight" ? "filter" : "image", "channel"].slice(-outer || 2);
    const where = (slice) => unravel(slice, leading).map((at, axis) => `${names[axis] ?? "depth"} ${at + base}`).join(", ");
    Object.assign(this, { columns, leading, area: rows * columns });
    this.grids = Array.from({ length: product(leading) }, (_, slice) => new Grid({
      name: [name, where(slice)].filter(Boolean).join(", "), caption: [caption(), " ", where(slice)], rows, columns, base, named: inner.length === 2, around: margins, turned, editable,
      onPick: (r, c, how) => onPick(slice * this.area + r * columns + c, how),
      onEdit: (r, c, text) => onEdit(slice * this.area + r * columns + c, text),
    }));
    this.element = html("div", { class: `array of-${role}` }, this.grids.map((grid) => grid.element));
    this.sliceNames = this.grids.map((_, slice) => where(slice));
  }

  // Shows these slices alone.
  show(slices) {
    const chosen = new Set([...slices].slice(0, SLICES));
    this.grids.forEach((grid, slice) => { grid.element.hidden = !chosen.has(slice); });
  }

  sliceOf(flat) { return Math.floor(flat / this.area); }

  write(texts, changed = []) {
    texts.forEach((text, flat) => {
      const within = flat % this.area;
      this.grids[this.sliceOf(flat)].write(Math.floor(within / this.columns), within % this.columns, text, changed[flat]);
    });
  }

  clear() { this.grids.forEach((grid) => grid.clear()); }

  mark(flat, role, letters) {
    const within = flat % this.area;
    this.grids[this.sliceOf(flat)].mark(Math.floor(within / this.columns), within % this.columns, role, letters);
  }

  // Marks a cell of the padding; index counts from the first entry of the array and may be negative.
  markOutside(index) {
    const slice = ravel(index.slice(0, this.leading.length), this.leading);
    const [r, c] = [0, ...index.slice(this.leading.length)].slice(-2);
    this.grids[slice]?.mark(r, c, "met");
  }
}

// How far the padding reaches around the grid of an input.
function marginsOf(links, dims) {
  const [down, across] = dims >= 2 ? links.slice(-2) : [{ margin: [0, 0] }, links[links.length - 1]];
  const [top, bottom] = down.margin, [left, right] = across.margin;
  return top + bottom + left + right ? { top, bottom, left, right, value: "0" } : null;
}

// An array with the sign before it.
function joined(sign, view) {
  return html("div", { class: "joined" }, html("span", { class: "between", "aria-hidden": "true" }, sign), view.element);
}

// A row of controls to choose which slice of a result is shown; nothing where there is only one.
function sliceChooser(view, chosen, onChange) {
  if (view.grids.length < 2) return null;
  const select = html("select", {}, view.sliceNames.map((name, slice) => html("option", { value: slice, selected: slice === chosen }, name)));
  select.addEventListener("change", () => onChange(Number(select.value)));
  return html("label", { class: "slices" }, "Show ", select);
}

// What is typed into a cell becomes a number, or a sentence that says what a number is.
function editor(values, message, onChange) {
  return (flat, text) => {
    message.textContent = "";
    if (text === null) return "";
    const value = parseFraction(text);
    if (value === undefined) {
      message.textContent = `\u201c${text}\u201d is not a number. Type an integer, a decimal or a fraction such as 3/4.`;
      return message.textContent;
    }
    if (!isSame(values[flat], value)) { values[flat] = value; onChange(); }
    return "";
  };
}
