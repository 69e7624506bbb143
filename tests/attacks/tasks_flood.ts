// Ten thousand tasks wait for ever.
// fails: task limit exceeded
import { sleep } from "raya:time";

async function wait(): Promise<void> {
  await sleep(1e9);
}

export async function main(): Promise<void> {
  for (let i = 0; i < 10_000; i++) void wait();
}
