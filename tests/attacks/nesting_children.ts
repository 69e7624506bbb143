// Inner VMs are made for ever.
// fails: more than the parent has left
import { Vm } from "raya:vm";

export function main(): void {
  const all: Vm[] = [];
  while (true) all.push(new Vm({ maxHeapBytes: 10_000, maxTasks: 0, maxStepBudget: 10 }));
}
