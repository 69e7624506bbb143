// A string doubles until the heap is full.
// fails: heap limit exceeded
export function main(): string {
  let text = "x";
  while (true) text = (text + text).toUpperCase();
  return text;
}
