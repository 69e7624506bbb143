// Set: uniqueness, order, set algebra.
const s = new Set([3, 1, 3, 2, 1]);
console.log(s, s.size, s.has(3), s.has(9), s.add(9).add(3).size, s.delete(1), s.delete(1));
console.log([...s], [...s.values()], [...s.entries()], [...s.keys()]);
s.forEach((value, key, set) => console.log(value, key, set.size));
const words = new Set("the cat saw the other cat".split(" "));
console.log(words, words.size, [...words].join(" "));
console.log(new Set([NaN, NaN, 0, -0]), new Set<string>(), new Set([null, undefined, null]));

function union<T>(a: Set<T>, b: Set<T>): Set<T> {
  return new Set([...a, ...b]);
}
function intersection<T>(a: Set<T>, b: Set<T>): Set<T> {
  return new Set([...a].filter((x) => b.has(x)));
}
function difference<T>(a: Set<T>, b: Set<T>): Set<T> {
  const out = new Set(a);
  for (const x of b) out.delete(x);
  return out;
}
const evens = new Set([0, 2, 4, 6]);
const threes = new Set([0, 3, 6]);
console.log(union(evens, threes), intersection(evens, threes), difference(evens, threes));

const points = new Set<{ x: number }>();
const p = { x: 1 };
points.add(p).add(p).add({ x: 1 });
console.log(points.size, points.has(p), points);
const growing = new Set([1]);
for (const n of growing) if (n < 20) growing.add(n * 2).add(n + 3);
console.log([...growing].sort((a, b) => a - b).join(" "));
const dedupe = (list: string[]): string[] => [...new Set(list)];
console.log(dedupe(["b", "a", "b"]), new Set(dedupe(["z", "z"])).has("z"));
s.clear();
console.log(s, s.size, [...s]);
