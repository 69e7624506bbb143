// One built-in is asked for a petabyte.
// fails: heap limit exceeded
export function main(): string {
  try {
    return "x".repeat(1e15);
  } catch (e) {
    return "caught";
  }
}
