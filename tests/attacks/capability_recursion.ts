// A capability of Raya code calls back into the VM that calls it, for ever.
// fails: limit exceeded
import { Vm } from "raya:vm";

class Echo {
  readonly name = "echo";
  vm: Vm | undefined;

  async again(n: number): Promise<number> {
    const vm = this.vm;
    if (vm === undefined) return n;
    return await vm.runEntry<number>("main", [n + 1]);
  }
}

export async function main(): Promise<unknown> {
  const echo = new Echo();
  const vm = new Vm({ maxHeapBytes: 300_000, maxTasks: 10, maxStepBudget: 500_000, capabilities: [echo] });
  echo.vm = vm;
  vm.loadRbin("./child.rbin");
  return await vm.runEntry("main", [0]);
}
// --- child.ts
import { again } from "host:echo";

export async function main(n: number): Promise<number> {
  return await again(n);
}
