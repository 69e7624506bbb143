// A VM that its limit suspends is resumed without more, for ever.
// fails: step budget exceeded
import { Vm } from "raya:vm";

export async function main(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 100_000, maxTasks: 2, maxStepBudget: 20_000, onLimit: "suspend" });
  vm.loadRbin("./child.rbin");
  vm.runEntry("main");
  while (true) {
    await vm.nextEvent();
    vm.resume();
  }
}
// --- child.ts
export function main(): void {
  while (true) {}
}
