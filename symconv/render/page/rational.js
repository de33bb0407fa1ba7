// Exact fractions: {n, d} with BigInt parts, in lowest terms, d > 0.

function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

function fraction(n, d = 1n) {
  const common = gcd(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / common, d: d / common };
}

const ZERO = fraction(0n);
const add = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
const multiply = (a, b) => fraction(a.n * b.n, a.d * b.d);
const divide = (a, count) => fraction(a.n, a.d * BigInt(count));
const size = (a) => (a.n < 0n ? { n: -a.n, d: a.d } : a);
const isLess = (a, b) => a.n * b.d < b.n * a.d;
const isSame = (a, b) => a.n === b.n && a.d === b.d;
const sum = (values) => values.reduce(add, ZERO);
const largest = (values) => values.reduce((a, b) => (isLess(a, b) ? b : a));

const MINUS = "\u2212";
const plain = (a) => (a.d === 1n ? `${a.n}` : `${a.n}/${a.d}`);
const shown = (a) => plain(a).replace("-", MINUS);

// A number as people write it: 3, -2, 2.5, 3/4. Undefined for anything else.
function parseFraction(text) {
  const tidy = text.trim().replace(/[\u2212\u2013]/g, "-");
  const match = /^([+-]?)(\d{1,30})(?:\.(\d{1,30})|\s*\/\s*(\d{1,30}))?$/.exec(tidy);
  if (!match) return undefined;
  const [, sign, whole, decimals = "", below = "1"] = match;
  const denominator = BigInt(below) * 10n ** BigInt(decimals.length);
  if (denominator === 0n) return undefined;
  return fraction(BigInt(sign + whole + decimals), denominator);
}

// As a double, also where the parts alone would overflow one.
function approximate(a) {
  const excess = Math.max(`${a.n}`.length, `${a.d}`.length) - 300;
  const scale = excess > 0 ? 10n ** BigInt(excess) : 1n;
  return Number(a.n / scale) / Number(a.d / scale);
}
