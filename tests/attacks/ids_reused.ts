// A VM's row is used again by another after it ended; the old handle must not reach the new one.
// returns: was terminated
import { Vm } from "raya:vm";

export function main(): string {
  const old: Vm[] = [];
  for (let i = 0; i < 64; i++) {
    const vm = new Vm({ maxHeapBytes: 10_000 });
    vm.terminate();
    old.push(vm);
  }
  const other = new Vm({ maxHeapBytes: 10_000 });
  let reason = "";
  for (const vm of old) {
    try {
      vm.pause();
      return "reached another";
    } catch (e) {
      reason = e instanceof Error ? e.message : "?";
    }
  }
  return other.state === "new" ? reason : other.state;
}
