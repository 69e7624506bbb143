// A set grows for ever.
// fails: heap limit exceeded
export function main(): void {
  const set = new Set<string>();
  for (let i = 0; ; i++) set.add(`${i}`.padStart(1000));
}
