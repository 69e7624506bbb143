// Two tasks wait for each other's locks, and cost nothing.
// waits: waits
import { Mutex } from "raya:sync";

const a = new Mutex();
const b = new Mutex();

async function both(first: Mutex, second: Mutex): Promise<void> {
  await first.lock();
  await Promise.resolve(0);
  await second.lock();
}

export async function main(): Promise<void> {
  await Promise.all([both(a, b), both(b, a)]);
}
