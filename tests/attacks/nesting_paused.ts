// A VM is paused for ever by the one who waits for it.
// waits: waits
import { Vm } from "raya:vm";

export async function main(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 100_000 });
  vm.loadRbin("./child.rbin");
  const task = vm.runEntry("main");
  vm.pause();
  await task;
}
// --- child.ts
export function main(): number {
  return 1;
}
