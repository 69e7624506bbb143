// An array is spread into one twice as long, again and again.
// fails: heap limit exceeded
export function main(): number {
  let list = [1];
  while (true) list = [...list, ...list.concat([])];
  return list.length;
}
