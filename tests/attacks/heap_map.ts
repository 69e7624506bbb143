// A map grows for ever.
// fails: heap limit exceeded
export function main(): void {
  const map = new Map<string, number[]>();
  for (let i = 0; ; i++) map.set(`key ${i}`, [i]);
}
