// The loop stands in try, catch and finally.
// fails: step budget exceeded
export function main(): string {
  while (true) {
    try {
      while (true) {}
    } catch (e) {
      return "caught";
    } finally {
      while (true) {}
    }
  }
}
