// Tasks interleave only at awaits: counters, locks, shared state.
class Mutex {
  private tail: Promise<void> = Promise.resolve();
  async run<T>(body: () => Promise<T>): Promise<T> {
    const before = this.tail;
    let release: () => void = () => {};
    this.tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before;
    try {
      return await body();
    } finally {
      release();
    }
  }
}
let unsafe = 0;
async function racy(): Promise<void> {
  const read = unsafe;
  await null;
  unsafe = read + 1;
}
await Promise.all([racy(), racy(), racy()]);
let safe = 0;
const mutex = new Mutex();
const trace: string[] = [];
async function guarded(name: string): Promise<void> {
  await mutex.run(async () => {
    trace.push(name + " in");
    const read = safe;
    await null;
    safe = read + 1;
    trace.push(name + " out");
  });
}
await Promise.all([guarded("a"), guarded("b"), guarded("c")]);
console.log(unsafe, safe, trace);

const steps: string[] = [];
async function stepper(name: string, plan: number[]): Promise<string> {
  for (const n of plan) {
    steps.push(name + n);
    for (let i = 0; i < n; i++) await null;
  }
  return name;
}
const finished: string[] = [];
await Promise.all([stepper("x", [1, 1, 1]), stepper("y", [3]), stepper("z", [0, 2])].map((p) => p.then((n) => finished.push(n))));
console.log(steps.join(" "), finished.join(""));
async function parallelSum(lists: number[][]): Promise<number> {
  let total = 0;
  await Promise.all(lists.map(async (list) => {
    for (const n of list) {
      await null;
      total += n;
    }
  }));
  return total;
}
console.log(await parallelSum([[1, 2, 3], [10], [100, 200]]));
let result = 0;
result += await Promise.resolve(5);
const list = [await Promise.resolve(1), await Promise.resolve(2)];
const object = { a: await Promise.resolve("x"), b: await null };
console.log(result, list, object, (await Promise.resolve([3]))[0]);
export {};
