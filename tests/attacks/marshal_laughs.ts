// Thirty small arrays, each twice in the next, are a billion when copied.
// returns: takes more than
import { take } from "host:world";

export function main(): string {
  let laughs: unknown[] = ["ha"];
  for (let i = 0; i < 30; i++) laughs = [laughs, laughs];
  try {
    take(laughs);
    return "taken";
  } catch (e) {
    return e instanceof Error ? e.message : "?";
  }
}
