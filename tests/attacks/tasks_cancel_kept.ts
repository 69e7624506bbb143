// What is cancelled catches everything, waits again and again, and cleans up for ever.
// returns: CancelledError, CancelledError, CancelledError, running
import { Vm } from "raya:vm";

async function cancelled(vm: Vm, name: string): Promise<string> {
  const task = vm.runEntry(name);
  for (let i = 0; i < 1_000; i++) await Promise.resolve(0);
  task.cancel();
  try {
    await task;
    return "returned";
  } catch (e) {
    return e instanceof Error ? e.name : "?";
  }
}

export async function main(): Promise<string> {
  const vm = new Vm({ maxHeapBytes: 100_000, maxTasks: 20, maxStepBudget: 600_000 });
  vm.loadRbin("./child.rbin");
  const catches = await cancelled(vm, "catches");
  const spins = await cancelled(vm, "spins");
  return `${catches}, ${spins}, ${await cancelled(vm, "cleans")}, ${vm.state}`;
}
// --- child.ts
async function hour(): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 3_600_000);
  });
}

export async function catches(): Promise<number> {
  while (true) {
    try {
      await hour();
    } catch (e) {}
  }
}

export async function spins(): Promise<number> {
  let n = 0;
  while (true) {
    await Promise.resolve(0);
    n++;
  }
}

export async function cleans(): Promise<void> {
  try {
    await hour();
  } finally {
    while (true) await Promise.resolve(0);
  }
}
