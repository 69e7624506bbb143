// More timers are set than there is memory for.
// fails: heap limit exceeded
import { sleep } from "raya:time";

export function main(): void {
  const kept: Promise<void>[] = [];
  for (let i = 0; ; i++) kept.push(sleep(i));
}
