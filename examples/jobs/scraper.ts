// Asks its store more often than its tenant may.
import { get } from "host:store";

export function main(text: string): string {
  let found = 0;
  for (let i = 0; i < 10_000; i++) if (get(`${text}${i}`) !== undefined) found++;
  return `${found} found`;
}
