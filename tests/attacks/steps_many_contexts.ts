// Many inner VMs loop, each with a budget of its own.
// fails: step budget exceeded
import { Vm } from "raya:vm";

export async function main(): Promise<void> {
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i++) {
    const vm = new Vm({ maxHeapBytes: 20_000, maxTasks: 1, maxStepBudget: 200_000 });
    vm.loadRbin("./child.rbin");
    all.push(vm.runEntry("main"));
  }
  await Promise.all(all);
}
// --- child.ts
export function main(): void {
  while (true) {}
}
