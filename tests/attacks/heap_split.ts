// A text is split into more parts than there is room for.
// fails: heap limit exceeded
export function main(): number {
  return "a".repeat(900_000).split("a").length;
}
