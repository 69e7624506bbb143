// A handle is used after what it names is gone.
// returns: no such entity
import { despawn, spawn } from "host:world";

export function main(): string {
  const entity = spawn();
  despawn();
  try {
    return String(entity.health());
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
