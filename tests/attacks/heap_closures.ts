// Each closure keeps the one before it.
// fails: heap limit exceeded
export function main(): void {
  let f = (): number => 0;
  while (true) {
    const before = f;
    f = (): number => before() + 1;
  }
}
