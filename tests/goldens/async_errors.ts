// Errors across awaits: try/catch/finally in async functions, loops and methods.
const log: string[] = [];
const tick = (): Promise<void> => Promise.resolve();
async function risky(n: number): Promise<string> {
  try {
    log.push("try " + n);
    await tick();
    if (n === 1) throw new Error("one");
    if (n === 2) return "early";
    await tick();
    return "late";
  } catch (e) {
    log.push("catch " + (e as Error).message);
    await tick();
    return "caught";
  } finally {
    await tick();
    log.push("finally " + n);
  }
}
for (const n of [0, 1, 2]) console.log(await risky(n));
console.log(log.join(", "));
log.length = 0;

async function deep(n: number): Promise<number> {
  await tick();
  if (n === 0) throw new RangeError("bottom");
  try {
    return await deep(n - 1);
  } finally {
    log.push("unwind " + n);
  }
}
console.log(await deep(3).catch((e) => (e as Error).message), log);

async function retry<T>(times: number, f: (i: number) => Promise<T>): Promise<T> {
  let last: unknown = null;
  for (let i = 0; i < times; i++) {
    try {
      return await f(i);
    } catch (e) {
      last = e;
      continue;
    }
  }
  throw last;
}
const flaky = async (i: number): Promise<string> => {
  await tick();
  if (i < 2) throw new Error("attempt " + i);
  return "ok at " + i;
};
console.log(await retry(5, flaky));
try {
  await retry(2, flaky);
} catch (e) {
  console.log("gave up:", (e as Error).message);
}
async function firstFailure(): Promise<string> {
  const results: string[] = [];
  for (const n of [1, 0, 2]) {
    try {
      if (n === 0) throw "zero";
      results.push(await risky(n));
    } catch (e) {
      results.push("caught " + String(e));
    }
  }
  return results.join("/");
}
console.log(await firstFailure());
const ignored = async (): Promise<void> => {
  throw new Error("handled later");
};
const promise = ignored();
let message = "";
await promise.catch((e) => {
  message = (e as Error).message;
});
console.log(message);
export {};
