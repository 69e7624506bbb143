// Typed arrays of lengths that are none, and writes that don't fit.
// returns: RangeError RangeError RangeError RangeError 3
function named(act: () => unknown): string {
  try {
    return String(act());
  } catch (e) {
    return e instanceof Error ? e.name : "?";
  }
}

export function main(): string {
  const bytes = new Uint8Array(4);
  const tried = [
    named(() => new Float64Array(-1)),
    named(() => new Uint8Array(2 ** 40)),
    named(() => bytes.set([1, 2, 3], 2)),
    named(() => bytes.set(new Float64Array(5))),
    named(() => new Uint8Array([1, 2, 3]).length),
  ];
  return tried.join(" ");
}
