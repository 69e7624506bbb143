// An array is pushed to for ever.
// fails: heap limit exceeded
export function main(): void {
  const all: number[] = [];
  while (true) all.push(1);
}
