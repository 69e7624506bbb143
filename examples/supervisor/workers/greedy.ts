// A worker that keeps all it ever made, and turns in circles once.
import { info } from "host:log";

const kept: number[][] = [];

export function job(n: number): string {
  if (n === 1) {
    while (true) kept.length;
  }
  for (let i = 0; i < 10_000 * n; i++) kept.push([i, i, i]);
  info(`job ${n}: ${kept.length} kept`);
  return "done";
}
