// setTimeout, setInterval and their order; clearing; nested timers.
const log: string[] = [];
const note = (text: string) => (): void => {
  log.push(text);
};
const done = new Promise<void>((resolve) => setTimeout(resolve, 100));
setTimeout(note("20"), 20);
setTimeout(note("10 first"), 10);
setTimeout(note("10 second"), 10);
setTimeout(() => {
  log.push("5");
  setTimeout(note("5+10"), 10);
  Promise.resolve().then(note("microtask of 5"));
  queueMicrotask(note("second microtask of 5"));
}, 5);
const cancelled = setTimeout(note("never"), 15);
clearTimeout(cancelled);
let ticks = 0;
const interval = setInterval(() => {
  ticks++;
  log.push("tick " + ticks);
  if (ticks === 3) clearInterval(interval);
}, 30);
log.push("sync");
await done;
console.log(log);

async function sleep(ms: number): Promise<number> {
  await new Promise<void>((resolve) => setTimeout(resolve, ms));
  return ms;
}
async function sleepSort(list: number[]): Promise<number[]> {
  const out: number[] = [];
  await Promise.all(list.map(async (n) => {
    await sleep(n * 8);
    out.push(n);
  }));
  return out;
}
console.log(await sleepSort([5, 1, 4, 2, 3]));
const order: string[] = [];
async function runner(name: string, gap: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await sleep(gap);
    order.push(name + i);
  }
}
await Promise.all([runner("a", 20, 3), runner("b", 50, 2)]);
console.log(order.join(" "));
export {};
