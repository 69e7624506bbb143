// Destructuring in parameters, returns, catches, loops over entries, and evaluation order of defaults.
interface Stats {
  min: number;
  max: number;
  mean: number;
}
function stats(list: number[]): Stats {
  const min = Math.min(...list);
  const max = Math.max(...list);
  return { min, max, mean: list.reduce((x, y) => x + y, 0) / list.length };
}
const { min, max: top, mean } = stats([4, 8, 15, 16, 23, 42]);
console.log(min, top, mean);

const order: string[] = [];
function d(label: string): string {
  order.push(label);
  return label;
}
function defaults({ a = d("A"), b = d("B") }: { a?: string; b?: string } = {}, [c = d("C")]: string[] = []): string {
  return a + b + c;
}
console.log(defaults(), defaults({ b: "b" }), defaults({ a: "a", b: "b" }, ["c"]), order.join(""));

function minMax(list: number[]): [min: number, max: number] {
  return [Math.min(...list), Math.max(...list)];
}
const [low, high] = minMax([3, 1, 2]);
console.log(high - low);

class Point {
  constructor(public x: number, public y: number) {}
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}
const { x, y, length } = new Point(3, 4);
console.log(x, y, length);

const inventory = new Map<string, { price: number; stock: number }>([
  ["apple", { price: 1.5, stock: 10 }],
  ["pear", { price: 2.25, stock: 0 }],
]);
for (const [fruit, { price, stock }] of inventory) {
  console.log(fruit, price * stock, stock > 0 ? "in" : "out");
}
const totals = [...inventory.entries()].map(([fruit, { price }], index) => `${index}${fruit}${price}`);
console.log(totals);

let [fa, fb] = [0, 1];
const fibs: number[] = [];
while (fa < 50) {
  fibs.push(fa);
  [fa, fb] = [fb, fa + fb];
}
console.log(fibs.join(" "));
function walk({ value, children = [] }: TreeNode): number {
  return value + children.reduce((sum, child) => sum + walk(child), 0);
}
interface TreeNode {
  value: number;
  children?: TreeNode[];
}
console.log(walk({ value: 1, children: [{ value: 2 }, { value: 3, children: [{ value: 4 }] }] }));
