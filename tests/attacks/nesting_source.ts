// Source is loaded instead of a program.
// fails: invalid binary
import { Vm } from "raya:vm";

export function main(): void {
  new Vm({ maxHeapBytes: 100_000 }).loadRbin("./source.ts");
}
