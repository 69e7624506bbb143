// Long lists are sent to the host without waiting for an answer.
// fails: step budget exceeded
import { later } from "host:world";

export function main(): void {
  const list = new Array<number>(50_000).fill(1);
  while (true) later(list);
}
