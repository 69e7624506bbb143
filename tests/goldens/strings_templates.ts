// Template strings with every kind of value, nested and over several lines.
class Money {
  constructor(private amount: number, private currency: string) {}
  toString(): string {
    return `${this.amount.toFixed(2)} ${this.currency}`;
  }
}
interface Point {
  x: number;
  y: number;
}
const price = new Money(9.5, "EUR");
const name: string | null = null;
const missing: number | undefined = undefined;
console.log(`price: ${price}, name: ${name}, missing: ${missing}`);
console.log("concat: " + price + " " + [1, [2, 3]] + " " + true);
const point: Point = { x: 1, y: -2 };
console.log(`point (${point.x}, ${point.y}) sum ${point.x + point.y} is ${point.x + point.y > 0 ? "positive" : "negative"}`);
console.log(`nested ${`inner ${1 + 1} ${`deepest ${"x".repeat(3)}`}`} end`);
console.log(`line one
  line two \${not} \`quoted\`
line three`);
console.log(`list: ${[1, 2, 3]} empty: ${[]} strings: ${["a", "b"]}`);
console.log(`${1}${2}` + `${"3"}`, `${""}`.length);

function table(rows: [string, number][]): string {
  return rows.map(([label, value]) => `${label.padEnd(8)}|${String(value).padStart(6)}`).join("\n");
}
console.log(table([["apples", 12], ["pears", 7.5], ["kiwis", 1000]]));
const mixed: (string | number | boolean | null)[] = ["a", 1, true, null];
for (const item of mixed) console.log(`<${item}>`);
console.log(String(price), String(null), String([1, 2]), String(undefined));
