// It loads what is no program, again and again: bytes are paid for before they are looked at.
// fails: step budget
import { Vm } from "raya:vm";

export async function main(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 10_000, maxTasks: 1 });
  const bytes = new Uint8Array(100_000);
  while (true) {
    try {
      vm.loadRbin(bytes);
    } catch {
      bytes[0]++;
    }
  }
}
