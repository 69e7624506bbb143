// JSON.stringify of everything that can be in a typed program.
interface Item {
  id: number;
  tags: string[];
  owner: string | null;
  note?: string;
}
class Account {
  balance = 10.5;
  private secret = "s";
  constructor(public name: string) {}
  total(): number {
    return this.balance + this.secret.length;
  }
}
const items: Item[] = [
  { id: 1, tags: ["a", "b"], owner: null },
  { id: 2, tags: [], owner: "x\"y\\z\n", note: "hi" },
];
console.log(JSON.stringify(items));
console.log(JSON.stringify(items, null, 2));
console.log(JSON.stringify(new Account("Ann")));
console.log(JSON.stringify("text"), JSON.stringify(1.5), JSON.stringify(NaN), JSON.stringify(null), JSON.stringify(true));
console.log(JSON.stringify([undefined, Infinity, -0, "é😀\u0007"]));
console.log(JSON.stringify({ a: undefined, b: [[], {}], c: { d: { e: 1 } } }, null, "--"));
console.log(JSON.stringify({}), JSON.stringify([]), JSON.stringify([], null, 2), JSON.stringify({}, null, 2));
const pair: [string, number] = ["k", 1];
console.log(JSON.stringify({ pair, nested: [pair, pair] }));
