// Counts words, and keeps the totals in the tenant's store.
import { get, put } from "host:store";

export function main(text: string): string {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
  let most = "";
  for (const [word, count] of counts) {
    const total = count + Number(get(word) ?? "0");
    put(word, String(total));
    if (count > (counts.get(most) ?? 0)) most = word;
  }
  return `${counts.size} words, most often "${most}"`;
}
