// A VM is asked for room that it hasn't got, so that its heap is collected each time.
// fails: step budget exceeded
import { Vm } from "raya:vm";

export async function main(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 600_000, maxTasks: 1, maxStepBudget: 200_000 });
  vm.loadRbin("./child.rbin");
  await vm.runEntry("main");
  while (true) {
    try {
      vm.setLimits({ maxHeapBytes: 1_000 });
    } catch (e) {}
  }
}
// --- child.ts
let kept: number[] = [];

export function main(): void {
  kept = new Array<number>(60_000).fill(1);
}

export function count(): number {
  return kept.length;
}
