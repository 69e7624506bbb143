// then, catch and finally: values, errors, returned promises, pass-through.
const log: string[] = [];
const value = await Promise.resolve(1)
  .then((n) => n + 1)
  .then((n) => Promise.resolve(n * 10))
  .then((n) => `got ${n}`);
console.log(value);
const recovered = await Promise.reject<number>(new Error("first"))
  .then((n) => n + 1)
  .catch((e) => {
    log.push("catch " + (e as Error).message);
    return 7;
  })
  .then((n) => n * 2);
console.log(recovered, log);
const passed = await Promise.resolve("kept")
  .catch(() => "not used")
  .finally(() => log.push("finally 1"));
console.log(passed);
try {
  await Promise.resolve("x").finally(() => {
    throw new Error("from finally");
  });
} catch (e) {
  console.log((e as Error).message);
}
const both = await Promise.reject<string>("reason").then(
  (s) => "fulfilled " + s,
  (e) => "rejected " + e,
);
console.log(both);
const rethrown = await Promise.resolve()
  .then(() => {
    throw new TypeError("in then");
  })
  .catch((e) => {
    throw new Error("again: " + (e as Error).message);
  })
  .catch((e) => (e as Error).message);
console.log(rethrown);
const late = new Promise<number>((resolve, reject) => {
  resolve(1);
  resolve(2);
  reject(new Error("ignored"));
});
console.log(await late, await late.then((n) => n + 100), await late);
const thrown = new Promise<void>(() => {
  throw new Error("executor threw");
});
console.log(await thrown.catch((e) => (e as Error).message));
let release: (n: number) => void = () => {};
const gate = new Promise<number>((resolve) => {
  release = resolve;
});
const waiters = [1, 2, 3].map((k) => gate.then((n) => n * k));
release(5);
console.log(await Promise.all(waiters), log);
export {};
