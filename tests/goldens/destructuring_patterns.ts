// Arrays and objects taken apart: nesting, defaults, renaming, rest, holes.
const [a, , c = 10, ...others] = [1, 2, undefined, 4, 5];
console.log(a, c, others);
const { name, address: { city, zip = "00000" }, tags: [firstTag, ...moreTags] } = {
  name: "Ann",
  address: { city: "Oslo" } as { city: string; zip?: string },
  tags: ["x", "y", "z"],
};
console.log(name, city, zip, firstTag, moreTags);
const { p, ...rest } = { p: 1, q: 2, r: "three" };
console.log(p, rest);

let m = 1;
let n = 2;
[m, n] = [n, m];
console.log(m, n);
const xs = [1, 2, 3];
[xs[0], xs[2]] = [xs[2], xs[0]];
console.log(xs);
const target = { u: 0, v: { w: 0 } };
({ x: target.u, y: target.v.w } = { x: 5, y: 6 });
console.log(target);
let fallback: number;
[fallback = 42] = [] as number[];
console.log(fallback);

function area({ width, height = width, unit = "px" }: { width: number; height?: number; unit?: string }): string {
  return `${width * height}${unit}`;
}
console.log(area({ width: 3 }), area({ width: 3, height: 4 }), area({ width: 2, unit: "cm" }));
function head([first, second = "none"]: string[]): string {
  return first + "/" + second;
}
console.log(head(["a", "b"]), head(["a"]));
const describe = ({ id, meta: { score } = { score: -1 } }: { id: number; meta?: { score: number } }): string => `${id}:${score}`;
console.log(describe({ id: 1 }), describe({ id: 2, meta: { score: 9 } }));

for (const [key, { v }] of new Map([["k", { v: 1 }], ["l", { v: 2 }]])) console.log(key, v);
for (const { x, y: [y0] } of [{ x: 1, y: [2, 3] }, { x: 4, y: [5] }]) console.log(x + y0);
const [[d1, [d2]], { length }] = [[1, [2]] as [number, number[]], "four"] as [[number, number[]], string];
console.log(d1, d2, length);
const [h, e, ...llo] = "hello";
console.log(h, e, llo);
