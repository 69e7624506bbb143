// A VM of enormous weight, and of high priority, gives nothing to its parent.
// returns: more than its share: false
import { Vm } from "raya:vm";

export async function main(): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 50_000, weight: 65_536, priority: "high", maxStepBudget: 100_000 });
  vm.loadRbin("./child.rbin");
  try {
    await vm.runEntry("main");
  } catch (e) {}
  return `more than its share: ${vm.getStats().stepsExecuted > 101_000}`;
}
// --- child.ts
export function main(): void {
  while (true) {}
}
