// An inner VM is asked for with more than there is.
// fails: maxHeapBytes
import { Vm } from "raya:vm";

export function main(): void {
  new Vm({ maxHeapBytes: 1e12 });
}
