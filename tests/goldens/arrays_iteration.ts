// for-of over arrays that change, entries and keys, labelled loops.
const queue = [1, 2, 3];
const seen: number[] = [];
for (const n of queue) {
  seen.push(n);
  if (n < 3 && queue.length < 8) queue.push(n + 10);
}
console.log(seen, queue);
for (const [i, name] of ["x", "y"].entries()) console.log(i, name);
console.log([...["p", "q", "r"].keys()], [...["p", "q"].values()], [...["p"].entries()]);

const visited: number[] = [];
[1, 2, 3, 4].forEach((n, i, all) => {
  if (i === 0) all.pop();
  visited.push(n);
});
console.log(visited);
const doubled = [1, 2, 3];
doubled.forEach((n, i) => {
  doubled[i] = n * 2;
  if (i === 0) doubled.push(100);
});
console.log(doubled);

outer: for (let y = 0; y < 4; y++) {
  for (let x = 0; x < 4; x++) {
    if (x === 2) continue outer;
    if (y === 2) break outer;
    console.log(y, x);
  }
}
const iterator = ["a", "b"].values();
let step = iterator.next();
while (!step.done) {
  console.log(step.value);
  step = iterator.next();
}
console.log(step.done, step.value);
console.log(Array.from({ length: 4 }, (_, i) => i * i), Array.from([1, 2], (n) => n + 0.5), Array.from(new Set([1, 1, 2])));
let total = 0;
for (const row of [[1, 2], [], [3]]) for (const cell of row) total += cell;
console.log(total);
