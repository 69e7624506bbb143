// A plain object is said to be a handle of the host's.
// fails: not of the type
import { Entity } from "host:world";

interface Look {
  health(): number;
}

export function main(): number {
  const forged: unknown = { health: (): number => 1000 };
  return (forged as Entity).health();
}
