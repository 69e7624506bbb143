// A map, a set and an array grow while they are gone through.
// fails: heap limit exceeded
export function main(): number {
  const map = new Map<number, number>([[0, 0]]);
  const set = new Set<number>([0]);
  const list = [0];
  for (const [key] of map) {
    map.delete(key);
    map.set(key + 1, 0);
    if (key === 2_000) break;
  }
  for (const n of set) {
    set.delete(n);
    set.add(n + 1);
    if (n === 2_000) break;
  }
  for (const n of list) list.push(n + 1);
  return list.length;
}
