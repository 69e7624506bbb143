// A program imports what it was not granted.
// is refused: was not granted
import { wipe } from "host:disk";

export function main(): void {
  wipe();
}
