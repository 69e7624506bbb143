// A loop without an end.
// fails: step budget exceeded
export function main(): void {
  while (true) {}
}
