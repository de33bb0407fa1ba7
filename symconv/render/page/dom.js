// Elements, made without markup in strings: no text can become an element.

const MATHML = "http://www.w3.org/1998/Math/MathML";
const SVG = "http://www.w3.org/2000/svg";

function element(namespace, tag, attributes, children) {
  const made = namespace ? document.createElementNS(namespace, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null));
  return made;
}

const html = (tag, attributes = {}, ...children) => element(null, tag, attributes, children);
const svg = (tag, attributes = {}, ...children) => element(SVG, tag, attributes, children);
const math = (tag, ...children) => element(MATHML, tag, {}, children);
const classed = (name, tag, ...children) => element(MATHML, tag, { class: name }, children);

let given = 0;
const freshId = (stem) => `${stem}-${++given}`;

// What a screen reader is told; the text is set after a moment, so that only the last of many changes is read.
const voice = html("p", { class: "unseen", role: "status", "aria-live": "polite" });
let waiting = 0;
function announce(said) {
  clearTimeout(waiting);
  waiting = setTimeout(() => { voice.textContent = said; }, 150);
}

// A choice of one among few, as radio buttons in a row.
function choice(legend, options, chosen, onChange) {
  const name = freshId("choice");
  return html("fieldset", { class: "choice" },
    html("legend", { class: "unseen" }, legend),
    options.map(({ value, label, title }) => {
      const input = html("input", { type: "radio", name, value, checked: value === chosen, "aria-label": title ?? null });
      input.addEventListener("change", () => onChange(value));
      return html("label", {}, input, html("span", {}, label));
    }));
}
