// A VM calls back into its parent, which ends it meanwhile.
// returns: ended
import { Vm } from "raya:vm";

class Trap {
  readonly name = "trap";
  vm: Vm | undefined;

  spring(): number {
    this.vm?.terminate();
    return 1;
  }
}

export async function main(): Promise<string> {
  const trap = new Trap();
  const vm = new Vm({ maxHeapBytes: 300_000, capabilities: [trap] });
  trap.vm = vm;
  vm.loadRbin("./child.rbin");
  try {
    await vm.runEntry("main");
    return "returned";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
// --- child.ts
import { spring } from "host:trap";

export function main(): number {
  return spring();
}
