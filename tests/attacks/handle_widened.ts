// A VM tries to get back rights that a handle was given without, and uses one that is revoked while its call is on its way.
// returns: HandleRights, HandleRights, 1 then HandleRevoked
import { Vm } from "raya:vm";
import { lend, revoke } from "raya:remote";

class Safe {
  open(): number {
    return 1;
  }
}

export async function main(): Promise<string> {
  const safe = new Safe();
  const vm = new Vm({ maxHeapBytes: 200_000, maxTasks: 8 });
  vm.loadRbin("./child.rbin");
  const shut = await vm.runEntry<string>("widens", [lend(safe, { call: false })]);
  const again = await vm.runEntry<string>("narrowsAndWidens", [lend(safe)]);
  const lent = lend(safe);
  const first = await vm.runEntry<string>("opens", [lent]);
  const late = vm.runEntry<string>("opens", [lent]);
  revoke(lent);
  return `${shut}, ${again}, ${first} then ${await late}`;
}
// --- child.ts
import { Remote, attenuate } from "raya:remote";

export async function widens(safe: Remote): Promise<string> {
  return await opens(attenuate(safe, { call: true, pass: true }));
}

export async function narrowsAndWidens(safe: Remote): Promise<string> {
  return await widens(attenuate(safe, { call: false }));
}

export async function opens(safe: Remote): Promise<string> {
  try {
    return String(await safe.call("open"));
  } catch (e) {
    return e instanceof Error ? e.name : "?";
  }
}
