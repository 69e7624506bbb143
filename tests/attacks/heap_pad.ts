// One built-in is asked for more than the heap.
// fails: heap limit exceeded
export function main(): string {
  return "x".padStart(100_000_000, "ab");
}
