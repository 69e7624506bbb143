// The heap limit is caught again and again, with everything kept.
// fails: heap limit exceeded
const kept: number[][] = [];

function fill(): void {
  while (true) kept.push([1, 2, 3]);
}

export function main(): string {
  for (let i = 0; i < 100; i++) {
    try {
      fill();
    } catch (e) {
      kept.push([]);
    }
  }
  return "caught";
}
