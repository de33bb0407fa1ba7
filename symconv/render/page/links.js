// What meets where, from the tables of the axes alone. Positions are flat, in row-major order.

const OUT = 0, IN = 1, OFFSET = 2;

const product = (sizes) => sizes.reduce((a, b) => a * b, 1);

function unravel(flat, shape) {
  const index = [];
  for (const size of [...shape].reverse()) {
    index.unshift(flat % size);
    flat = Math.floor(flat / size);
  }
  return index;
}

const ravel = (index, shape) => shape.reduce((flat, size, axis) => flat * size + index[axis], 0);

// The taps of one position: {out, inp, offset} as flat positions. With padding, a tap may also have an
// input outside of the array: its inp is null and its place, an index, says where.
function tapsAt(links, which, flat, withPadding = false) {
  const index = unravel(flat, links.map((link) => link.sizes[which]));
  let found = [[]];
  links.forEach((link, axis) => {
    const own = (withPadding ? [...link.taps, ...link.outside] : link.taps)
      .filter((tap) => tap[which] === index[axis]);
    found = found.flatMap((taps) => own.map((tap) => [...taps, tap]));
  });
  const place = (taps, part) => ravel(taps.map((tap) => tap[part]), links.map((link) => link.sizes[part]));
  return found.map((taps) => {
    const at = taps.map((tap) => tap[IN]);
    const inside = at.every((position, axis) => position >= 0 && position < links[axis].sizes[IN]);
    return { out: place(taps, OUT), inp: inside ? place(taps, IN) : null, offset: place(taps, OFFSET), at };
  }).sort((a, b) => a.out - b.out || a.offset - b.offset);
}

// All taps of every position of a part: an array of arrays.
function tapTable(links, which) {
  const count = product(links.map((link) => link.sizes[which]));
  return Array.from({ length: count }, (_, flat) => tapsAt(links, which, flat));
}
