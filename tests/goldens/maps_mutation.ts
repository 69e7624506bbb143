// Deleting and adding while going through a map, many entries, tombstones and reuse.
const m = new Map<number, string>();
for (let i = 0; i < 6; i++) m.set(i, "v" + i);
const seen: number[] = [];
for (const [k] of m) {
  seen.push(k);
  if (k === 1) {
    m.delete(2);
    m.delete(0);
    m.set(10, "new");
  }
  if (k === 4) m.set(0, "again");
  if (k === 10) m.delete(10);
}
console.log(seen, m);
const visited: number[] = [];
for (const k of m.keys()) {
  visited.push(k);
  m.delete(k);
  if (visited.length < 8) m.set(k + 100, "x");
}
console.log(visited, m.size);

const big = new Map<string, number>();
for (let i = 0; i < 2000; i++) big.set("key" + i, i);
for (let i = 0; i < 2000; i += 3) big.delete("key" + i);
for (let i = 0; i < 500; i++) big.set("extra" + i, -i);
let sum = 0;
for (const v of big.values()) sum += v;
console.log(big.size, sum, big.get("key1"), big.get("key3"), big.get("extra499"), [...big.keys()][0], [...big.keys()].at(-1));

const it = big.entries();
const first = it.next();
if (!first.done) console.log(first.value[0], first.value[1]);
big.clear();
big.set("after", 1);
console.log([...it], big.size);

const queue = new Map<number, number>();
let popped = 0;
for (let i = 0; i < 300; i++) {
  queue.set(i, i * i);
  if (queue.size > 5) {
    const oldest = queue.keys().next();
    if (!oldest.done) {
      popped += queue.get(oldest.value) ?? 0;
      queue.delete(oldest.value);
    }
  }
}
console.log(popped, [...queue]);
const paused = new Map([[1, "a"], [2, "b"], [3, "c"]]);
const values = paused.values();
values.next();
paused.delete(1);
for (let i = 4; i < 60; i++) paused.set(i, "x").delete(i - 1);
console.log([...values].length, [...paused]);
