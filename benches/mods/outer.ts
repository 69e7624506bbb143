// Calls an inner VM, and is called by it.
import { Vm } from "raya:vm";

class Parent {
  readonly name = "parent";
  twice(x: number): number {
    return x * 2;
  }
}

const vm = new Vm({ maxHeapBytes: 1 << 20, maxTasks: 10, capabilities: [new Parent()] });
vm.loadRbin("./inner.rbin");

export async function callInner(times: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += await vm.runEntry<number>("add", [i, 1]);
  return sum;
}

export async function calledByInner(times: number): Promise<number> {
  return await vm.runEntry<number>("callParent", [times]);
}
