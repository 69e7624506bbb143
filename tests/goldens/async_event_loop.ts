// A small scheduler in async code: priorities, cancellation and a deadline.
interface Job {
  name: string;
  priority: number;
  run(token: Token): Promise<string>;
}
class Token {
  cancelled = false;
  private callbacks: (() => void)[] = [];
  cancel(): void {
    this.cancelled = true;
    this.callbacks.forEach((f) => f());
  }
  onCancel(f: () => void): void {
    this.callbacks.push(f);
  }
}
class CancelledError extends Error {
  constructor(job: string) {
    super(`${job} was cancelled`);
    this.name = "CancelledError";
  }
}
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function steps(name: string, count: number, ms: number, token: Token): Promise<string> {
  for (let i = 0; i < count; i++) {
    if (token.cancelled) throw new CancelledError(name);
    await sleep(ms);
  }
  return `${name} did ${count}`;
}
const jobs: Job[] = [
  { name: "short", priority: 1, run: (t) => steps("short", 2, 10, t) },
  { name: "long", priority: 5, run: (t) => steps("long", 50, 20, t) },
  { name: "broken", priority: 3, run: async () => Promise.reject(new TypeError("broken job")) },
  {
    name: "waiter",
    priority: 2,
    run: (t) => new Promise((resolve) => t.onCancel(() => resolve("waiter saw the cancel"))),
  },
];
async function runAll(list: Job[], deadline: number): Promise<Map<string, string>> {
  const token = new Token();
  const results = new Map<string, string>();
  const timer = setTimeout(() => token.cancel(), deadline);
  const byPriority = [...list].sort((a, b) => b.priority - a.priority);
  await Promise.all(byPriority.map(async (job) => {
    try {
      results.set(job.name, await job.run(token));
    } catch (e) {
      results.set(job.name, e instanceof Error ? `${e.name}: ${e.message}` : "?");
    }
  }));
  clearTimeout(timer);
  return results;
}
console.log(await runAll(jobs, 130));
console.log(await runAll(jobs.slice(0, 1), 1000));
export {};
