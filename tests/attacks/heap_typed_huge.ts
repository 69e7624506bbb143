// A typed array of a hundred million elements.
// fails: heap limit exceeded
export function main(): number {
  return new Uint8Array(100_000_000).length;
}
