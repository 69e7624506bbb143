// Generic functions over numbers, strings and objects alike.
function identity<T>(x: T): T {
  return x;
}
function swap<A, B>(pair: [A, B]): [B, A] {
  return [pair[1], pair[0]];
}
function last<T>(list: readonly T[]): T | undefined {
  return list[list.length - 1] ?? undefined;
}
function groupBy<T, K>(list: T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of list) {
    const k = key(item);
    const group = groups.get(k) ?? [];
    group.push(item);
    groups.set(k, group);
  }
  return groups;
}
function zip<A, B>(as: A[], bs: B[]): [A, B][] {
  const out: [A, B][] = [];
  for (let i = 0; i < Math.min(as.length, bs.length); i++) out.push([as[i], bs[i]]);
  return out;
}
function maxBy<T>(list: T[], score: (item: T) => number): T | null {
  let best: T | null = null;
  let bestScore = -Infinity;
  for (const item of list) {
    const s = score(item);
    if (s > bestScore) {
      best = item;
      bestScore = s;
    }
  }
  return best;
}
function range<T>(n: number, make: (i: number) => T): T[] {
  const out: T[] = [];
  for (let i = 0; i < n; i++) out.push(make(i));
  return out;
}
console.log(identity(5), identity("s"), identity(true), identity<number | string>(1), identity([1]), identity(null));
console.log(swap([1, "a"]), swap(["x", { y: 1 }]), swap([true, null]));
console.log(last([1, 2, 3]), last(["a"]), last([]), last([false]));
console.log(groupBy([1, 2, 3, 4, 5], (n) => n % 2), groupBy(["apple", "bob", "cat"], (s) => s.length));
console.log(zip([1, 2, 3], ["a", "b"]), zip(["x"], [true]));
console.log(maxBy(["a", "ccc", "bb"], (s) => s.length), maxBy([3, -7, 5], (n) => -n), maxBy<number>([], (n) => n));
console.log(range(3, (i) => i / 2), range(2, (i) => `#${i}`), range(2, (i) => ({ i })), range(3, (i) => i % 2 === 0));
console.log(groupBy(range(6, (i) => ({ id: i, even: i % 2 === 0 })), (x) => x.even).get(true)?.length);
