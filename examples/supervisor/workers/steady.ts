// A worker that does what it is asked.
import { info } from "host:log";

export function job(n: number): string {
  let sum = 0;
  for (let i = 0; i <= 1000 * (n + 1); i++) sum += i;
  info(`job ${n}: ${sum}`);
  return "done";
}
