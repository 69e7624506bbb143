// Every VM makes another of itself.
// returns: more than the parent has left
import { Vm } from "raya:vm";

export async function main(): Promise<string> {
  try {
    const vm = new Vm({ maxHeapBytes: 100_000, maxTasks: 2, capabilities: ["raya:vm"] });
    vm.loadRbin("./self.rbin");
    return await vm.runEntry<string>("main");
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
