// A worker that fails at every third job it sees, and forgets it when it is restarted.
import { info } from "host:log";

let seen = 0;

export function job(n: number): string {
  seen++;
  if (seen % 3 === 0) throw new RangeError(`job ${n} is one too many`);
  info(`job ${n}`);
  return "done";
}
