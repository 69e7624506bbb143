// Remembers whom it hunts, from turn to turn, until that one is gone.
import { announce, nearby, Creature } from "host:game";

let prey: Creature | undefined;

export function turn(n: number): void {
  try {
    prey ??= nearby()[n % nearby().length];
    prey.hurt(10);
  } catch (error) {
    announce(`turn ${n}: the wolf lost its prey: ${error instanceof Error ? error.message : String(error)}`);
    prey = undefined;
  }
}
