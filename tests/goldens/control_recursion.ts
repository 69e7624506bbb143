// Recursion: mutual, deep, through closures, with accumulators.
function isEven(n: number): boolean {
  return n === 0 ? true : isOdd(n - 1);
}
function isOdd(n: number): boolean {
  return n === 0 ? false : isEven(n - 1);
}
console.log(isEven(1000), isOdd(1001), isEven(7));

function ackermann(m: number, n: number): number {
  if (m === 0) return n + 1;
  return n === 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
console.log(ackermann(2, 3), ackermann(2, 9));

function hanoi(n: number, from: string, to: string, via: string, moves: string[] = []): string[] {
  if (n > 0) {
    hanoi(n - 1, from, via, to, moves);
    moves.push(from + to);
    hanoi(n - 1, via, to, from, moves);
  }
  return moves;
}
console.log(hanoi(3, "A", "C", "B").join(" "), hanoi(8, "A", "C", "B").length);

function permutations<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  const out: T[][] = [];
  items.forEach((item, i) => {
    const rest = [...items.slice(0, i), ...items.slice(i + 1)];
    for (const p of permutations(rest)) out.push([item, ...p]);
  });
  return out;
}
console.log(permutations(["a", "b", "c"]).map((p) => p.join("")), permutations([1, 2, 3, 4]).length);

type Nested = number | Nested[];
function flatten(n: Nested): number[] {
  return typeof n === "number" ? [n] : n.flatMap(flatten);
}
function depth(n: Nested): number {
  return typeof n === "number" ? 0 : 1 + Math.max(0, ...n.map(depth));
}
const nested: Nested = [1, [2, [3, [4, []]], 5], [[6]]];
console.log(flatten(nested), depth(nested));

function sumTo(n: number): number {
  return n === 0 ? 0 : n + sumTo(n - 1);
}
console.log(sumTo(5000));
function power(set: string[]): string[] {
  if (set.length === 0) return [""];
  const rest = power(set.slice(1));
  return [...rest, ...rest.map((s) => set[0] + s)];
}
console.log(power(["x", "y", "z"]));
