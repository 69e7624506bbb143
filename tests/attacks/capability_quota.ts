// A host function is called more often than it may be.
// returns: allows 50 calls
import { note } from "host:metered";

export function main(): string {
  let calls = 0;
  try {
    while (true) {
      note("!");
      calls++;
    }
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
