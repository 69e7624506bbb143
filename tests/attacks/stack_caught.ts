// Each frame of an endless recursion catches.
// fails: stack limit exceeded
function down(n: number): number {
  try {
    return down(n + 1);
  } catch (e) {
    return down(n + 1);
  } finally {
    down(n + 1);
  }
}

export function main(): number {
  return down(0);
}
