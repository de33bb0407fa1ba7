// Formulas of the explorers: each is a pair of MathML and LaTeX, so that what is seen can be copied.

const pair = (drawn, latex) => ({ drawn, latex });
const sign = (symbol, latex = symbol) => pair(math("mo", symbol), latex);
// a sum is set term by term, so that it can break anywhere: its signs need the spaces of an operator
const infix = (symbol, space) => pair(element(MATHML, "mo", { form: "infix", lspace: space, rspace: space }, [symbol]), symbol);
const row = (...parts) => pair(math("mrow", ...parts.map((part) => part.drawn)), parts.map((part) => part.latex).join(" "));
const coloured = (role, part) => pair(classed(`role-${role}`, "mrow", part.drawn), part.latex);

const BOLD = { A: 0x1d400, a: 0x1d41a };
function bold(letters) {
  return letters.replace(/[A-Za-z]/g, (letter) => {
    const first = letter <= "Z" ? "A" : "a";
    return String.fromCodePoint(BOLD[first] + letter.charCodeAt(0) - first.charCodeAt(0));
  });
}

// The name of an array: bold where it starts with a capital, with its digits as an index.
function arrayName(name) {
  const [, letters, digits] = /^(.*?)(\d*)$/.exec(name);
  const isArray = /^[A-Z]/.test(name);
  const base = pair(math("mi", isArray ? bold(letters) : letters), isArray ? `\\mathbf{${letters}}` : letters);
  return digits ? pair(math("msub", base.drawn, math("mn", digits)), `${base.latex}_{${digits}}`) : base;
}

function indexText(index, base) {
  const parts = index.map((position) => `${position + base}`);
  return parts.join(parts.every((part) => part.length === 1) ? "" : ",");
}

function entry(name, index, base) {
  const array = arrayName(name);
  if (!index.length) return array;
  const lower = indexText(index, base);
  const marks = lower.split(/(,)/).map((part) => math(part === "," ? "mo" : "mn", part));
  const brace = /_/.test(array.latex) ? `{${array.latex}}` : array.latex;
  return pair(math("msub", array.drawn, math("mrow", ...marks)), `${brace}_{${lower}}`);
}

function partial(of, by) {
  const del = () => math("mi", "\u2202");
  return pair(
    math("mfrac", math("mrow", del(), math("mi", of)), math("mrow", del(), by.drawn)),
    `\\frac{\\partial ${of}}{\\partial ${by.latex}}`);
}

// The same on one line, for captions.
function flatPartial(of, by) {
  const del = () => math("mi", "\u2202");
  return math("math", math("mrow", del(), math("mi", of), slash(), del(), by.drawn));
}

function slash() {
  return element(MATHML, "mo", { lspace: "0em", rspace: "0em" }, ["/"]);
}

function number(value) {
  const digits = (n) => pair(math("mn", `${n}`), `${n}`);
  const above = value.n < 0n ? -value.n : value.n;
  const unsigned = value.d === 1n ? digits(above) : pair(
    math("mfrac", math("mn", `${above}`), math("mn", `${value.d}`)), `\\frac{${above}}{${value.d}}`);
  if (value.n >= 0n) return unsigned;
  return row(pair(element(MATHML, "mo", { form: "prefix" }, [MINUS]), "-"), unsigned);
}

// A number as a factor or a later addend: a negative one in parentheses.
function fenced(value) {
  if (value.n >= 0n) return number(value);
  const grows = value.d !== 1n;
  const fence = (symbol, side) => pair(element(MATHML, "mo", { stretchy: `${grows}` }, [symbol]), grows ? `\\${side}${symbol}` : symbol);
  return row(fence("(", "left"), number(value), fence(")", "right"));
}

const times = () => sign("\u00b7", "\\cdot");

function formula(part) {
  const drawn = element(MATHML, "math", { displaystyle: "true" }, [part.drawn]);
  drawn.dataset.latex = part.latex;
  return drawn;
}
