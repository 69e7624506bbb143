// Every loop, with break, continue and labels.
const out: string[] = [];
for (let i = 0, j = 10; i < j; i += 3, j--) out.push(`${i}/${j}`);
let n = 27;
let steps = 0;
while (n !== 1) {
  n = n % 2 === 0 ? n / 2 : 3 * n + 1;
  steps++;
}
do {
  out.push("once");
} while (false);
let k = 0;
for (;;) {
  k++;
  if (k === 2) continue;
  if (k > 4) break;
  out.push("k" + k);
}
console.log(out.join(" "), steps);

search: for (const row of [[1, 2], [3, 4], [5, 6]]) {
  for (const cell of row) {
    if (cell === 3) continue search;
    if (cell === 6) break search;
    console.log("cell", cell);
  }
  console.log("row done");
}
block: {
  if (steps > 100) break block;
  console.log("not reached");
}
let countdown = 3;
do {
  if (countdown === 2) continue;
  console.log("countdown", countdown);
} while (--countdown > 0);
for (let i = 0; i < 3; i++) {
  let text = "";
  for (let j = 0; j <= i; j++) text += "*";
  console.log(text);
}
let total = 0;
for (let i = 0; i < 1000; i++) {
  if (i % 3 !== 0 && i % 5 !== 0) continue;
  total += i;
}
console.log(total);
for (let x = 0.1; x < 0.5; x += 0.1) console.log(x);
