// The exact order of jobs: await, then, nested promises, returned promises.
const log: string[] = [];
const p = (name: string): void => {
  log.push(name);
};
async function one(): Promise<void> {
  p("one 1");
  await two();
  p("one 2");
  await null;
  p("one 3");
}
async function two(): Promise<void> {
  p("two 1");
  await null;
  p("two 2");
}
async function returnsPromise(): Promise<string> {
  return Promise.resolve("wrapped");
}
async function returnsValue(): Promise<string> {
  return "plain";
}
p("start");
setTimeout(() => p("timeout 0"), 0);
queueMicrotask(() => p("microtask"));
void one();
Promise.resolve().then(() => p("then 1")).then(() => p("then 2")).then(() => p("then 3")).then(() => p("then 4"));
returnsPromise().then(p);
returnsValue().then(p);
new Promise<void>((resolve) => {
  p("executor");
  resolve();
  p("after resolve");
}).then(() => p("executor then"));
new Promise<string>((resolve) => resolve(Promise.resolve("inner promise"))).then(p);
Promise.reject(new Error("r")).catch(() => p("caught")).finally(() => p("finally")).then(() => p("after finally"));
(async () => {
  for (let i = 0; i < 4; i++) {
    await null;
    p("loop " + i);
  }
})();
p("end of script");
await new Promise<void>((resolve) => setTimeout(resolve, 10));
for (const line of log) console.log(line);
