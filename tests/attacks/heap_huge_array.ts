// An array is asked for with a length of a billion.
// fails: heap limit exceeded
export function main(): number {
  return new Array<number>(1_000_000_000).length;
}
