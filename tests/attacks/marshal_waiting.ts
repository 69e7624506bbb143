// A paused VM is given more arguments than it has room for, all of which wait outside of its heap.
// returns: heap limit exceeded
import { Vm } from "raya:vm";

export async function main(): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 200_000, maxTasks: 15 });
  vm.loadRbin("./child.rbin");
  vm.pause();
  const list = new Array<number>(4_000).fill(1);
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i++) all.push(vm.runEntry("main", [list]));
  try {
    await Promise.all(all);
    return "taken";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
// --- child.ts
export function main(list: number[]): number {
  return list.length;
}
