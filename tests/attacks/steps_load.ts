// A program is loaded again and again, which costs the host more than the VM it is loaded into.
// fails: step budget exceeded
import { Vm } from "raya:vm";

export function main(): void {
  while (true) {
    const vm = new Vm({ maxHeapBytes: 10_000, maxTasks: 1, maxStepBudget: 1_000 });
    vm.loadRbin("./child.rbin");
    vm.terminate();
  }
}
// --- child.ts
export function main(): number[] {
  const list: number[] = [];
  for (let i = 0; i < 10; i++) list.push(i);
  return list.map((n) => n * 2).sort((a, b) => b - a);
}
