// A channel between async tasks, with back pressure and closing.
class Channel<T> {
  private queue: T[] = [];
  private takers: ((item: T | null) => void)[] = [];
  private putters: (() => void)[] = [];
  private closed = false;
  constructor(private capacity: number) {}

  async put(item: T): Promise<void> {
    while (this.queue.length >= this.capacity) {
      await new Promise<void>((resolve) => {
        this.putters.push(resolve);
      });
    }
    const taker = this.takers.shift();
    if (taker) taker(item);
    else this.queue.push(item);
  }
  take(): Promise<T | null> {
    const item = this.queue.shift();
    if (item !== undefined) {
      this.putters.shift()?.();
      return Promise.resolve(item);
    }
    if (this.closed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.takers.push(resolve);
    });
  }
  close(): void {
    this.closed = true;
    for (const taker of this.takers) taker(null);
    this.takers = [];
  }
}
const log: string[] = [];
const channel = new Channel<number>(2);
async function producer(name: string, from: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await channel.put(from + i);
    log.push(`${name} put ${from + i}`);
  }
}
async function consumer(name: string): Promise<number> {
  let sum = 0;
  for (;;) {
    const item = await channel.take();
    if (item === null) return sum;
    log.push(`${name} took ${item}`);
    sum += item;
    await null;
  }
}
const consumers = [consumer("X"), consumer("Y")];
await Promise.all([producer("p", 1, 4), producer("q", 100, 3)]);
channel.close();
const sums = await Promise.all(consumers);
console.log(log);
console.log(sums[0] + sums[1]);
export {};
