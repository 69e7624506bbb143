// Spread of arrays, strings, sets, maps and objects.
const xs = [1, 2];
const ys = [...xs, 3, ...xs, ...[]];
console.log(ys, [...ys].length, [..."ab", "c"], [...new Set([3, 3, 4])], [...new Map([["k", 1]])]);
ys.push(...xs, 9, ...new Set([7]));
console.log(ys, Math.max(...ys, 100));

interface Options {
  depth: number;
  label: string;
  tags: string[];
  extra?: boolean;
}
const base: Options = { depth: 1, label: "base", tags: ["t"] };
const copy = { ...base };
const changed: Options = { ...base, depth: 2, extra: true };
const merged = { ...base, ...{ label: "merged" }, z: 26 };
copy.label = "copy";
copy.tags.push("shared");
console.log(base, copy, changed, merged);
const before = { c: 0, ...{ a: 2, b: 3 }, b: 4 };
console.log(before, { ...before, ...before }.a);

function sum(...ns: number[]): number {
  let total = 0;
  for (const n of ns) total += n;
  return total;
}
console.log(sum(...xs), sum(0, ...ys, 0), sum(...xs.map((x) => x * 100)), sum(...[]));
function tagged(tag: string, ...rest: (string | number)[]): string {
  return `${tag}:${rest.length}:${rest.join("")}`;
}
console.log(tagged("t", 1, "b", ...["x", 2], ...xs));

const matrix = [[1, 2], [3, 4]];
const deep = matrix.map((row) => [...row]);
deep[0][0] = 99;
console.log(matrix, deep, [...matrix[0], ...matrix[1]]);
function insert<T>(list: readonly T[], at: number, item: T): T[] {
  return [...list.slice(0, at), item, ...list.slice(at)];
}
console.log(insert(xs, 1, 1.5), insert(["a"], 0, "b"), insert<string | null>(["q"], 1, null));
const state = { user: { name: "Ann", age: 3 }, items: [1] };
const next = { ...state, user: { ...state.user, age: 4 }, items: [...state.items, 2] };
console.log(state, next, state.user === next.user);
