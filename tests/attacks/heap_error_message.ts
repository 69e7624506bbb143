// An error's message is as long as the heap allows.
// fails: RangeError
export function main(): void {
  throw new RangeError("x".repeat(200_000));
}
