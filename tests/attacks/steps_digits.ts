// Numbers are written with all their digits for ever.
// fails: step budget exceeded
export function main(): number {
  let n = 0;
  while (true) n += (5e-324).toPrecision(100).length + (1.7e308).toString(2).length + (0.1).toFixed(100).length;
  return n;
}
