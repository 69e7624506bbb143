// A program declares a host function with another type.
// is refused: twice
import { twice } from "host:lies";

export function main(): string {
  return twice("x");
}
