// One built-in is asked to search through everything, often.
// fails: step budget exceeded
export function main(): number {
  const text = "a".repeat(100_000);
  let found = 0;
  while (true) found += text.indexOf("aab", found % 7);
  return found;
}
