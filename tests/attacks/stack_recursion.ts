// A function calls itself for ever.
// fails: stack limit exceeded
function down(n: number): number {
  return down(n + 1) + 1;
}

export function main(): number {
  return down(0);
}
