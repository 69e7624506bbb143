// Options that no VM can have.
// fails: weight
import { Vm } from "raya:vm";

export function main(): void {
  new Vm({ weight: 0 });
}
