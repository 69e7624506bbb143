// An inner VM floods its parent with events that nobody reads.
// returns: 1 event
import { Vm } from "raya:vm";

export async function main(): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 100_000, maxTasks: 4, maxStepBudget: 200_000 });
  vm.loadRbin("./child.rbin");
  for (let i = 0; i < 200; i++) {
    try {
      await vm.runEntry("main");
    } catch (e) {}
  }
  const event = await vm.nextEvent();
  return `1 event: ${event.kind} ${event.count}`;
}
// --- child.ts
export function main(): void {
  throw new Error("look at me");
}
