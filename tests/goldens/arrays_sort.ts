// Sorting: default order, comparators, stability, many elements.
console.log([10, 9, 1, 100, 25].sort(), [10, 9, 1, 100, 25].sort((a, b) => a - b));
console.log(["b", undefined, "a", "c", undefined].sort());
console.log([true, false, true].sort(), [3, -1, -20, 0].sort());
console.log([3, 1, 2].sort((a, b) => b - a), ([] as number[]).sort(), [1].sort());

interface Card {
  rank: number;
  suit: string;
}
const cards: Card[] = [];
for (const suit of ["s", "h", "d"]) for (let rank = 1; rank <= 4; rank++) cards.push({ rank, suit });
cards.sort((a, b) => a.rank - b.rank);
console.log(cards.map((c) => c.suit + c.rank).join(" "));
cards.sort((a, b) => a.suit.localeCompare(b.suit) || b.rank - a.rank);
console.log(cards.map((c) => c.suit + c.rank).join(" "));

let seed = 12345;
function next(): number {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed % 1000;
}
const many: number[] = [];
for (let i = 0; i < 500; i++) many.push(next());
const sorted = [...many].sort((a, b) => a - b);
let ordered = true;
for (let i = 1; i < sorted.length; i++) if (sorted[i - 1] > sorted[i]) ordered = false;
const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);
console.log(ordered, sorted[0], sorted[250], sorted[499], sum(many) === sum(sorted), sorted.length);
const stable = many.map((value, index) => ({ key: value % 7, index })).sort((a, b) => a.key - b.key);
let isStable = true;
for (let i = 1; i < stable.length; i++) {
  if (stable[i - 1].key === stable[i].key && stable[i - 1].index > stable[i].index) isStable = false;
}
console.log(isStable, stable[0].key, stable[499].key);
const before = [3, 1, 2];
const after = before.toSorted();
console.log(before, after);
