// An argument nests deeper than the native stack might bear.
// returns: nests deeper
import { take } from "host:world";

interface Deep {
  inner: Deep | undefined;
}

export function main(): string {
  let deep: Deep = { inner: undefined };
  for (let i = 0; i < 8_000; i++) deep = { inner: deep };
  try {
    take(deep);
    return "taken";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
