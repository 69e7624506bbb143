// async functions: order of execution, values, errors, top-level await.
const log: string[] = [];
async function work(name: string, n: number): Promise<number> {
  log.push(name + " starts");
  for (let i = 0; i < n; i++) {
    await null;
    log.push(name + i);
  }
  return n * 10;
}
async function fails(): Promise<never> {
  await Promise.resolve();
  throw new RangeError("async failure");
}
log.push("before");
const a = work("a", 2);
const b = work("b", 1);
log.push("called");
console.log(await a, await b, log.join(", "));

try {
  await fails();
} catch (e) {
  console.log(e instanceof RangeError, (e as Error).message);
}
const viaCatch = await fails().catch((e) => "recovered " + (e as Error).message);
console.log(viaCatch);

async function sequence(): Promise<string> {
  let text = "";
  for (const n of [1, 2, 3]) text += await work("s", n);
  return text;
}
console.log(await sequence());
const direct = await 5;
const nested = await (async () => (await work("n", 0)) + 1)();
console.log(direct, nested, await "text", await undefined, (await [1, 2]).length);

class Service {
  private cache = new Map<string, Promise<string>>();
  loads = 0;
  async load(key: string): Promise<string> {
    this.loads++;
    await null;
    return key.toUpperCase();
  }
  get(key: string): Promise<string> {
    let entry = this.cache.get(key);
    if (entry === undefined) {
      entry = this.load(key);
      this.cache.set(key, entry);
    }
    return entry;
  }
}
const service = new Service();
console.log(await Promise.all([service.get("x"), service.get("y"), service.get("x")]), service.loads);
export {};
