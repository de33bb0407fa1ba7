// A grid of numbers that is used like a spreadsheet: arrow keys move, Enter or typing changes an entry.
//
// Rows and columns are named by the array's own indices. Cells outside of the array, its padding, are shown
// around it and cannot be chosen.

class Grid {
  constructor({ name: label, caption, rows, columns, base, named = true, around = null, turned = false, editable = false, onPick, onEdit }) {
    Object.assign(this, { rows, columns, base, around, turned, editable, onPick, onEdit });
    const margin = around ?? { top: 0, bottom: 0, left: 0, right: 0, value: "" };
    this.cells = new Map();
    const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);
    const across = range(-margin.left, columns + margin.right), down = range(-margin.top, rows + margin.bottom);
    if (turned) [across, down].forEach((list) => list.reverse());
    const isInside = (r, c) => r >= 0 && r < rows && c >= 0 && c < columns;
    const name = (position, count) => (position >= 0 && position < count ? `${position + base}` : "");
    const table = html("table", { role: "grid", "aria-label": label, class: "numbers" },
      html("thead", {}, html("tr", {}, html("td", { class: "corner" }),
        across.map((c) => html(name(c, columns) ? "th" : "td", { scope: name(c, columns) ? "col" : null, class: "edge" }, name(c, columns))))),
      html("tbody", {}, down.map((r) => html("tr", {},
        html(named && name(r, rows) ? "th" : "td", { scope: named && name(r, rows) ? "row" : null, class: "edge" }, named ? name(r, rows) : ""),
        across.map((c) => {
          const cell = html("td", { role: "gridcell", class: isInside(r, c) ? "cell" : "cell padding", tabindex: isInside(r, c) ? "-1" : null });
          cell.append(html("span", { class: "value" }, isInside(r, c) ? "" : margin.value));
          this.cells.set(`${r},${c}`, cell);
          if (isInside(r, c)) this.#listen(cell, r, c);
          return cell;
        })))));
    this.element = html("figure", { class: "grid" }, html("figcaption", {}, caption), html("div", { class: "sideways" }, table));
    this.focusable = this.#cell(0, 0);
    this.focusable.tabIndex = 0;
  }

  #cell(r, c) { return this.cells.get(`${r},${c}`); }

  #listen(cell, r, c) {
    cell.addEventListener("focus", () => { this.#rove(cell); if (!this.editable) this.onPick(r, c, "keys"); });
    cell.addEventListener("click", () => { if (this.editable) this.edit(r, c); else { cell.focus(); this.onPick(r, c, "click"); } });
    cell.addEventListener("keydown", (event) => this.#onKey(event, r, c));
    // scrolling under a pointer at rest also moves it over cells, which is nobody's choice
    cell.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" && (event.movementX || event.movementY) && !this.editable) this.onPick(r, c, "hover");
    });
    if (this.editable) cell.title = "Change this number";
  }

  #rove(cell) {
    this.focusable.tabIndex = -1;
    this.focusable = cell;
    cell.tabIndex = 0;
  }

  #onKey(event, r, c) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = this.turned ? -1 : 1;
    const clamp = (value, count) => Math.min(count - 1, Math.max(0, value));
    const to = {
      ArrowUp: [r - step, c], ArrowDown: [r + step, c], ArrowLeft: [r, c - step], ArrowRight: [r, c + step],
      Home: [r, this.turned ? this.columns - 1 : 0], End: [r, this.turned ? 0 : this.columns - 1],
    }[event.key];
    if (to) this.#cell(clamp(to[0], this.rows), clamp(to[1], this.columns)).focus();
    else if (this.editable && (event.key === "Enter" || event.key === "F2")) this.edit(r, c);
    else if (this.editable && /^[-\d]$/.test(event.key)) this.edit(r, c, event.key);
    else return;
    event.preventDefault();
  }

  edit(r, c, typed = null) {
    const cell = this.#cell(r, c);
    if (cell.querySelector("input")) return;
    this.#rove(cell);
    const value = cell.querySelector(".value");
    const input = html("input", { type: "text", autocomplete: "off", maxlength: "40", "aria-label": `New value, row ${r + this.base}, column ${c + this.base}` });
    input.value = typed ?? value.textContent.replace(MINUS, "-");
    value.hidden = true;
    cell.append(input);
    input.focus();
    if (typed === null) input.select();
    let done = false;
    const close = (refocus) => {
      done = true;
      input.remove();
      value.hidden = false;
      if (refocus) cell.focus();
    };
    const commit = (refocus) => {
      if (done) return;
      const problem = this.onEdit(r, c, input.value);
      if (problem && refocus) { input.setAttribute("aria-invalid", "true"); input.select(); return; }
      close(refocus);
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") commit(true);
      else if (event.key === "Escape") { this.onEdit(r, c, null); close(true); }
    });
    input.addEventListener("click", (event) => event.stopPropagation());
    input.addEventListener("blur", () => commit(false));
  }

  write(r, c, text, isChanged = false) {
    const cell = this.#cell(r, c), value = cell.querySelector(".value");
    value.textContent = text;
    value.classList.toggle("long", text.length > 4);
    cell.classList.toggle("changed", isChanged);
  }

  clear() {
    for (const cell of this.cells.values()) {
      cell.classList.remove("upstream", "weight", "input", "result", "met");
      cell.removeAttribute("aria-selected");
      cell.querySelector(".letters")?.remove();
    }
  }

  // Marks a cell with its role in the sum and the letters of the terms that it stands in.
  mark(r, c, role, letters = []) {
    const cell = this.#cell(r, c);
    if (!cell) return;
    cell.classList.add(role);
    if (role === "result") { cell.setAttribute("aria-selected", "true"); this.#rove(cell); }
    if (letters.length) cell.append(html("span", { class: "letters", "aria-hidden": "true" }, letters.join(" ")));
  }
}
