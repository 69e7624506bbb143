// The comparison of a sort never answers alike.
// fails: step budget exceeded
export function main(): number {
  const numbers: number[] = [];
  for (let i = 0; i < 10_000; i++) numbers.push(i);
  let n = 0;
  while (true) numbers.sort(() => (n++ % 3) - 1);
  return n;
}
