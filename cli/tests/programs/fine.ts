export function main(): number {
  return 42;
}
