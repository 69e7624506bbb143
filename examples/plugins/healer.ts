// Heals the weakest creature, once a turn.
import { announce, nearby, Creature } from "host:game";

export function turn(n: number): void {
  let weakest: Creature | undefined;
  for (const creature of nearby()) {
    if (weakest === undefined || creature.health() < weakest.health()) weakest = creature;
  }
  if (weakest === undefined) return;
  weakest.heal(5);
  announce(`turn ${n}: healed ${weakest.name()} to ${weakest.health()}`);
}
