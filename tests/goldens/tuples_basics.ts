// Tuples: mixed elements, optional ones, named ones, in collections and returns.
type Entry = [name: string, score: number, passed: boolean];
const entries: Entry[] = [["Ann", 9.5, true], ["Bob", 4, false]];
for (const [name, score, passed] of entries) console.log(name, score + 0.5, passed ? "passed" : "failed");
entries[0][1] = 10;
console.log(entries, entries[0].length, entries[1][0].length);

function divmod(a: number, b: number): [number, number] {
  return [Math.floor(a / b), a % b];
}
const [q, r] = divmod(17, 5);
console.log(q, r, divmod(-7, 2), divmod(9, 3)[0]);

type Range = [start: number, end?: number];
function show([start, end]: Range): string {
  return end === undefined ? `${start}..` : `${start}..${end}`;
}
console.log(show([1]), show([1, 5]));

let position: [number, number] = [0, 0];
const path: [number, number][] = [position];
for (const move of "RRUL") {
  const [x, y] = position;
  position = move === "R" ? [x + 1, y] : move === "L" ? [x - 1, y] : [x, y + 1];
  path.push(position);
}
console.log(path, position[0] + position[1]);

const pair: [string, { n: number }] = ["p", { n: 1 }];
pair[1].n++;
const copy: [string, { n: number }] = [...pair];
copy[0] = "c";
console.log(pair, copy, pair[1] === copy[1]);
const constant = ["x", 2, true] as const;
console.log(constant[0], constant[1] + 1, constant.length, constant);
const byDistance = ([["b", 2], ["a", 1]] as [string, number][]).sort((u, v) => u[1] - v[1]);
console.log(byDistance, new Map(byDistance));
const mixed: [string | number, string | number] = [1, "two"];
[mixed[0], mixed[1]] = [mixed[1], mixed[0]];
console.log(mixed, typeof mixed[0]);
