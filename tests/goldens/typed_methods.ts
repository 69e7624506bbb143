// Every method, on several kinds.

const a = new Int16Array([5, -3, 8, 0, 8]);
console.log(a.length, a.byteLength, a.BYTES_PER_ELEMENT, Int16Array.BYTES_PER_ELEMENT, Float64Array.BYTES_PER_ELEMENT);
console.log(new Float32Array(3).byteLength, new Uint8Array().length, new Uint8Array(2.9).length);
console.log(a.at(0), a.at(-1), a.at(9), a.at(-9), a.at(NaN));
console.log(a.indexOf(8), a.indexOf(8, 3), a.indexOf(8, -1), a.indexOf(7), a.lastIndexOf(8), a.lastIndexOf(1));
console.log(a.includes(8), a.includes(9), a.includes(8, 5), a.indexOf(65544), a.indexOf(8.5));
const n = new Float64Array([NaN, -0, 1]);
console.log(n.indexOf(NaN), n.includes(NaN), n.indexOf(0), n.includes(-0));
console.log(a.join(), a.join("; "), a.toString(), `${a}`, "" + a, String(new Uint8Array(0)) === "");
console.log(a.slice(), a.slice(1), a.slice(-2), a.slice(1, -1), a.slice(4, 2), a.slice(9));

const f = new Uint8Array(8);
console.log(f.fill(7), f.fill(1, 2, 4), f.fill(300, -2), f.fill(-1, 6, 100), f.fill(5, 4, 2));
f.set([1, 2, 3]);
f.set([250, 260, -1], 5);
f.set(new Float32Array([9.9, 1e3]), 3);
console.log(f);
f.set(f.slice(0, 3), 2);
f.set(f);
console.log(f, f.copyWithin(0, 4), f.copyWithin(3, 0, 5), f.copyWithin(-2, -5));
for (const offset of [-1, 7, NaN]) {
  try {
    f.set([1, 2], offset);
    console.log("set", f[0]);
  } catch (e) {
    console.log(e instanceof RangeError, e instanceof Error ? e.message : "");
  }
}

console.log(a.map((x) => x * 20000), a.map((x, i, all) => x + i + all.length));
console.log(new Float32Array([1, 2]).map((x) => x / 3), new Uint8ClampedArray([1, 200]).map((x) => x * 2));
console.log(a.filter((x) => x > 0), a.filter((_, i, all) => i < all.length - 3), a.filter(() => false));
const seen: string[] = [];
a.forEach((x, i, all) => seen.push(`${i}:${x}/${all.length}`));
console.log(seen.join(" "));
console.log(a.reduce((x, y) => x + y), a.reduce((x, y, i) => x + y * i, 100), a.reduce((s, y) => s + y, "s"));
console.log(a.reduceRight((x, y) => x - y), a.reduceRight((s, y, i) => s + y + i, ""));
try {
  new Int8Array(0).reduce((x, y) => x + y);
} catch (e) {
  console.log(e instanceof TypeError, e instanceof Error ? e.message : "");
}
console.log(a.find((x) => x > 5), a.find((x) => x > 50), a.findIndex((x) => x === 8), a.findIndex(() => false));
console.log(a.some((x) => x < 0), a.some((x) => x > 9), a.every((x) => x < 9), a.every((x) => x > 0));
console.log(a.findLast((x) => x === 8), a.findLastIndex((x) => x === 8), new Int8Array(0).every(() => false));

console.log(a.reverse(), new Uint8Array([1, 2, 3]).reverse(), new Float64Array([1.5, 2.5]).reverse());
console.log(a.sort(), a.sort((x, y) => y - x), new Uint8Array([10, 9, 1]).sort());
console.log(new Float64Array([3, NaN, -0, 0, -Infinity, 1e300, -1]).sort());
console.log(new Float32Array([0, -0, NaN, -1.5]).sort(), new Uint32Array([4e9, 1, 3e9]).sort(), new Int8Array([1, -1]).sort());
console.log(new Float64Array([0.1, 0.3, 0.2]).sort((x, y) => (x < y ? 1 : -1)));
const original = new Int32Array([3, 1, 2]);
console.log(original.toSorted(), original.toReversed(), original.with(1, 99.9), original.with(-1, 5), original);
console.log(original.toSorted((x, y) => y - x));
try {
  original.with(3, 0);
} catch (e) {
  console.log(e instanceof RangeError, e instanceof Error ? e.message : "");
}

console.log([...a.keys()], [...a.values()], [...a.entries()]);
for (const [i, x] of a.entries()) console.log(i, x);
const it = a.values();
console.log(it.next().value, it.next().value);

console.log(Int8Array.of(), Int8Array.of(1, 200), Uint16Array.from([1, 2, 3]), Float32Array.from([1, 2], (x) => x / 2));
console.log(Uint8Array.from(new Set([1, 2, 2, 300])), Uint8Array.from([5, 6].values()), Uint8Array.from(a));
console.log(Int8Array.from({ length: 3 }, (_, i) => i * 100), Uint8Array.from(["a", "bc"], (s) => s.length));
console.log(Float64Array.from(a, (x, i) => x / (i + 1)), Array.from(a), Array.from(a, (x) => `<${x}>`));
console.log(new Int8Array(new Set([4, 5])), new Uint8Array([1, 2].map((x) => x * 200)), new Float64Array([1, 2].values()));

const lengths = [0, 1.7, -0.5, NaN, -1, -Infinity, Infinity, 1e15];
for (const length of lengths) {
  try {
    console.log(new Uint8Array(length).length);
  } catch (e) {
    console.log(e instanceof RangeError, e instanceof Error ? e.message : "");
  }
}
