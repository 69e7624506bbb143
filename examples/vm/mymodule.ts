// The program that `main.ts` runs in an inner VM.
export function main(): number {
  return 42;
}
