// Typed arrays are kept until there is no more memory.
// fails: heap limit exceeded
const kept: Float64Array[] = [];
export function main(): number {
  while (true) kept.push(new Float64Array(1000));
}
