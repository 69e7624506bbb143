// A capability is called after it was revoked.
// returns: revoked
import { Vm } from "raya:vm";

export async function main(): Promise<unknown> {
  const vm = new Vm({ maxHeapBytes: 300_000, capabilities: ["world"] });
  vm.loadRbin("./child.rbin");
  const first = await vm.runEntry<string>("main");
  vm.revoke("world");
  return `${first}, then ${await vm.runEntry<string>("main")}`;
}
// --- child.ts
import { note } from "host:world";

export function main(): string {
  try {
    note("again");
    return "noted";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
