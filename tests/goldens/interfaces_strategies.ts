// Interfaces with function-typed members, numeric and union members, and objects that change behind them.
interface Strategy {
  label: string;
  cost(weight: number): number;
  limit: number | null;
}
const strategies: Strategy[] = [
  { label: "flat", cost: () => 5, limit: 10 },
  { label: "byWeight", cost: (w) => w * 1.5, limit: null },
  {
    label: "tiered",
    cost(w) {
      return w < 2 ? 3 : w < 5 ? 6 : 6 + (w - 5) * this.cost(1);
    },
    limit: 100,
  },
];
function cheapest(weight: number): Strategy {
  const usable = strategies.filter((s) => s.limit === null || weight <= s.limit);
  return usable.reduce((a, b) => (b.cost(weight) < a.cost(weight) ? b : a));
}
for (const w of [1, 3, 8, 50, 500]) {
  const s = cheapest(w);
  console.log(w, s.label, s.cost(w));
}

interface Mutable {
  value: number | string;
  history: (number | string)[];
}
class Tracked implements Mutable {
  history: (number | string)[] = [];
  #value: number | string = 0;
  get value(): number | string {
    return this.#value;
  }
  set value(v: number | string) {
    this.history.push(this.#value);
    this.#value = v;
  }
}
const plain: Mutable = { value: 1, history: [] };
const tracked: Mutable = new Tracked();
for (const m of [plain, tracked]) {
  m.value = "text";
  m.value = 2;
  m.value = typeof m.value === "number" ? m.value + 1 : "?";
  console.log(m.value, m.history);
}
interface Comparator<T> {
  (a: T, b: T): number;
}
const byLength: Comparator<string> = (a, b) => a.length - b.length;
console.log(["ccc", "a", "bb"].sort(byLength));
type Handler = (event: { type: string; at: number }) => boolean | void;
const handlers: Handler[] = [(e) => e.at > 1, () => {}, ({ type }) => type === "x"];
console.log(handlers.map((h) => h({ type: "x", at: 1 })));
