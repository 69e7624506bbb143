// Handles are taken and kept for ever.
// fails: limit
import { Entity, spawn } from "host:world";

export function main(): void {
  const kept: Entity[] = [];
  while (true) kept.push(spawn());
}
