// A long list of long strings is joined.
// fails: heap limit exceeded
export function main(): number {
  const line = "x".repeat(10_000);
  const lines: string[] = [];
  for (let i = 0; i < 10_000; i++) lines.push(line);
  return lines.join(line).length;
}
