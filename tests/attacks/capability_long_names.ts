// What it grants has names as long as its heap allows, for the host to keep.
// returns: a name has at most 256 bytes
import { Vm } from "raya:vm";

class Named {
  constructor(readonly name: string) {}
  look(): number {
    return 1;
  }
}

function tried(name: string): string {
  try {
    new Vm({ maxHeapBytes: 1000, maxTasks: 1, capabilities: [new Named(name)] });
    return "made";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}

export function main(): string {
  let long = "x".repeat(1000);
  const told: string[] = [];
  for (let i = 0; i < 9; i++) {
    told.push(tried(long + i));
    long = long + long;
  }
  return tried("n".repeat(256)) === "made" ? told[8] : "not even a short one";
}
