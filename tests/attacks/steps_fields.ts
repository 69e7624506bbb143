// Objects of which nothing is written are written for ever.
// fails: step budget exceeded
interface Sparse {
  a?: number;
  b?: number;
  c?: number;
  d?: number;
  e?: number;
  f?: number;
}

export function main(): number {
  const none: Sparse = {};
  const list = new Array<Sparse>(10_000).fill(none);
  let n = 0;
  while (true) n += JSON.stringify(list).length;
  return n;
}
