// An inner VM returns more than its parent has room for.
// fails: limit exceeded
import { Vm } from "raya:vm";

export async function main(): Promise<number> {
  const vm = new Vm({ maxHeapBytes: 600_000 });
  vm.loadRbin("./child.rbin");
  const kept: unknown[] = [];
  while (true) kept.push(await vm.runEntry("main"));
  return kept.length;
}
// --- child.ts
export function main(): string {
  return "x".repeat(100_000);
}
