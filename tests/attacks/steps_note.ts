// A long text is given to a host function that answers at once, for ever.
// fails: step budget exceeded
import { note } from "host:world";

export function main(): void {
  const text = "x".repeat(400_000);
  while (true) note(text);
}
