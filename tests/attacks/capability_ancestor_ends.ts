// The innermost of three calls what the outermost serves, which ends the one between them meanwhile.
// returns: ended, terminated
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
  const vm = new Vm({ maxHeapBytes: 500_000, maxTasks: 20, capabilities: [trap, "raya:vm"] });
  trap.vm = vm;
  vm.loadRbin("./child.rbin");
  try {
    await vm.runEntry("middle");
    return "returned";
  } catch (e) {
    const message = e instanceof Error ? e.message : "?";
    return `${message.includes("ended") ? "ended" : message}, ${vm.state}`;
  }
}
// --- child.ts
import { Vm } from "raya:vm";
import { spring } from "host:trap";

export async function middle(): Promise<unknown> {
  const vm = new Vm({ maxHeapBytes: 100_000, capabilities: ["trap", "raya:vm"] });
  vm.loadRbin("./child.rbin");
  try {
    return await vm.runEntry("inner");
  } finally {
    while (true) await Promise.resolve(spring());
  }
}

export function inner(): number {
  try {
    return spring();
  } finally {
    spring();
  }
}
