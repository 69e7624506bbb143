// Promise.all, allSettled, race, any; delays; mixtures of promises and values.
const delay = <T>(ms: number, value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), ms));
const fail = (ms: number, text: string): Promise<never> =>
  new Promise((_, reject) => setTimeout(() => reject(new Error(text)), ms));

console.log(await Promise.all([delay(30, "c"), delay(10, "a"), delay(20, "b")]));
console.log(await Promise.all([1, delay(5, 2), Promise.resolve(3)]));
const none: Promise<number>[] = [];
console.log(await Promise.all(none));
const [n, s] = await Promise.all([delay(1, 42), delay(2, "text")]);
console.log(n + 1, s.length);
console.log(await Promise.race([delay(30, "slow"), delay(10, "fast")]));
console.log(await Promise.any([fail(5, "no"), delay(20, "yes"), delay(30, "later")]));
try {
  await Promise.all([delay(50, 1), fail(5, "all failed"), fail(10, "not seen")]);
} catch (e) {
  console.log((e as Error).message);
}
const settled = await Promise.allSettled([delay(5, 1), fail(1, "bad"), Promise.resolve(3)]);
for (const r of settled) {
  console.log(r.status, r.status === "fulfilled" ? r.value : (r.reason as Error).message);
}
try {
  await Promise.any([fail(2, "x"), fail(1, "y")]);
} catch (e) {
  console.log((e as Error).message, e instanceof Error, (e as Error).name);
}
async function timeout<T>(work: Promise<T>, ms: number): Promise<T | "timed out"> {
  return Promise.race([work, delay(ms, "timed out" as const)]);
}
console.log(await timeout(delay(10, "done"), 50), await timeout(delay(50, "done"), 10));
async function pool<T, R>(items: T[], size: number, f: (item: T) => Promise<R>): Promise<R[]> {
  const out = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      out[at] = await f(items[at]);
    }
  };
  const workers: Promise<void>[] = [];
  for (let i = 0; i < size; i++) workers.push(worker());
  await Promise.all(workers);
  return out;
}
let active = 0;
let peak = 0;
const squares = await pool([1, 2, 3, 4, 5], 2, async (k) => {
  peak = Math.max(peak, ++active);
  await delay(k % 2 === 0 ? 3 : 1, null);
  active--;
  return k * k;
});
console.log(squares, peak);
export {};
