// An argument contains itself.
// returns: contains itself
import { take } from "host:world";

interface Ring {
  next: Ring | undefined;
}

export function main(): string {
  const ring: Ring = { next: undefined };
  ring.next = ring;
  try {
    take(ring);
    return "taken";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
