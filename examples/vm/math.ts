// The program that `add.ts` runs in an inner VM.
export function add(a: number, b: number): number {
  return a + b;
}
