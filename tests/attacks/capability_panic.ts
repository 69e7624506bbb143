// A host function is called with what makes it panic.
// returns: panicked
import { panics } from "host:world";

export function main(): string {
  try {
    panics(-1);
    return "survived";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
