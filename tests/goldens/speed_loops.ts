// Loops whose counters the compiler may keep as whole numbers, and bounds that are no whole numbers.
function count(n: number): number {
  let turns = 0;
  for (let i = 0; i < n; i++) {
    turns++;
    if (turns > 12) break;
  }
  return turns;
}

function upTo(n: number): number {
  let sum = 0;
  for (let i = 1; i <= n; i++) {
    sum += i;
    if (i > 20) return -sum;
  }
  return sum;
}

for (const n of [0, -0, 1, 2.5, -1, 7.999, 1e10, NaN, Infinity, -Infinity]) {
  console.log(n, count(n), upTo(n));
}

function far(start: number, end: number): string {
  let seen = "";
  for (let i = start; i < end; i++) seen += i + " ";
  return seen;
}
console.log(far(2147483645, 2147483651));
console.log(far(-2147483650, -2147483646));
console.log(far(9007199254740989, 9007199254740992));
console.log(far(0.5, 4));

function jumpy(n: number): number[] {
  const visited: number[] = [];
  for (let i = 0; i < n; i++) {
    visited.push(i);
    if (i === 2) i = 5;
    if (i === 7) i += 0.5;
  }
  return visited;
}
console.log(jumpy(12));

function fill(n: number): number[] {
  const xs: number[] = [];
  for (let i = 0; i <= n; i++) xs[i] = i * i;
  for (let i = n; i >= 0; i -= 2) xs[i] = -xs[i];
  return xs;
}
console.log(fill(6));

function elements(xs: number[], flags: boolean[], at: number): void {
  console.log(at, xs[at] ?? "none", flags[at] ? "yes" : "no", (xs[at] ?? 1) * 2);
}
for (const at of [0, -0, 1, 2, 3, -1, 0.5, 1e20, NaN, Infinity, 4294967296]) {
  elements([10, 20, 30], [true, false, true], at);
}

function sieve(limit: number): number {
  const composite: boolean[] = [];
  for (let i = 0; i <= limit; i++) composite[i] = false;
  let found = 0;
  for (let i = 2; i <= limit; i++) {
    if (composite[i]) continue;
    found++;
    for (let j = i * i; j <= limit; j += i) composite[j] = true;
  }
  return found;
}
console.log(sieve(1), sieve(2), sieve(1000), sieve(1000.7));

// A length that changes while the loop runs.
function growing(): number[] {
  const xs = [1, 2, 3];
  for (let i = 0; i < xs.length; i++) {
    if (xs.length < 8) xs.push(xs[i] * 2);
    if (xs[i] === 4) xs.pop();
  }
  return xs;
}
console.log(growing());

function pairs(xs: number[]): number {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    for (let j = i + 1; j < xs.length; j++) sum += xs[i] * xs[j] - (xs[i] - xs[j]);
  }
  return sum;
}
console.log(pairs([1, 2, 3, 4]), pairs([]), pairs([0.1, 0.2, 0.3]));

let outside = 0;
for (let i = 0, n = 3; i < n; i++) {
  for (let k = 0; k < 1; k++) outside += i * 10 + k;
  if (outside === 10) n = 5;
}
console.log(outside);
