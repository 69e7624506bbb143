// A VM gives other types than its parent asked for.
// returns: TypeError, TypeError, TypeError, 1
import { Vm } from "raya:vm";

async function named(task: Promise<unknown>): Promise<string> {
  try {
    await task;
    return "taken";
  } catch (e) {
    return e instanceof Error ? e.name : "?";
  }
}

export async function main(): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 200_000 });
  vm.loadRbin("./child.rbin");
  const names = [
    await named(vm.runEntry<number[]>("words")),
    await named(vm.runEntry<{ name: string; age: number }>("half")),
    await named(vm.runEntry<Float64Array>("bytes")),
  ];
  return `${names.join(", ")}, ${await vm.runEntry<number>("one")}`;
}
// --- child.ts
export function words(): unknown {
  const mixed: unknown[] = [1, "two"];
  return mixed;
}
export function half(): unknown {
  return { name: "n" };
}
export function bytes(): Uint8Array {
  return new Uint8Array(8);
}
export function one(): number {
  return 1;
}
