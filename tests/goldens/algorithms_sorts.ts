// Six sorting algorithms agree with each other.
type Sort = (list: number[]) => number[];
const bubble: Sort = (list) => {
  const a = [...list];
  for (let end = a.length - 1; end > 0; end--) {
    let swapped = false;
    for (let i = 0; i < end; i++) {
      if (a[i] > a[i + 1]) {
        [a[i], a[i + 1]] = [a[i + 1], a[i]];
        swapped = true;
      }
    }
    if (!swapped) break;
  }
  return a;
};
const insertion: Sort = (list) => {
  const a = list.slice();
  for (let i = 1; i < a.length; i++) {
    const x = a[i];
    let j = i - 1;
    while (j >= 0 && a[j] > x) {
      a[j + 1] = a[j];
      j--;
    }
    a[j + 1] = x;
  }
  return a;
};
const quick: Sort = (list) => {
  if (list.length < 2) return list;
  const [pivot, ...rest] = list;
  return [...quick(rest.filter((x) => x < pivot)), pivot, ...quick(rest.filter((x) => x >= pivot))];
};
const merge: Sort = (list) => {
  if (list.length < 2) return list;
  const mid = list.length >> 1;
  const left = merge(list.slice(0, mid));
  const right = merge(list.slice(mid));
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) out.push(left[i] <= right[j] ? left[i++] : right[j++]);
  return out.concat(left.slice(i), right.slice(j));
};
const heap: Sort = (list) => {
  const a = [...list];
  const sift = (start: number, end: number): void => {
    let root = start;
    while (2 * root + 1 < end) {
      let child = 2 * root + 1;
      if (child + 1 < end && a[child] < a[child + 1]) child++;
      if (a[root] >= a[child]) return;
      [a[root], a[child]] = [a[child], a[root]];
      root = child;
    }
  };
  for (let i = (a.length >> 1) - 1; i >= 0; i--) sift(i, a.length);
  for (let end = a.length - 1; end > 0; end--) {
    [a[0], a[end]] = [a[end], a[0]];
    sift(0, end);
  }
  return a;
};
const counting: Sort = (list) => {
  const counts = new Map<number, number>();
  for (const x of list) counts.set(x, (counts.get(x) ?? 0) + 1);
  const out: number[] = [];
  for (let x = Math.min(...list); x <= Math.max(...list); x++) for (let k = counts.get(x) ?? 0; k > 0; k--) out.push(x);
  return out;
};
const sorts = new Map<string, Sort>([["bubble", bubble], ["insertion", insertion], ["quick", quick], ["merge", merge], ["heap", heap], ["counting", counting]]);
let seed = 7;
const random = (): number => (seed = (seed * 1664525 + 1013904223) % 4294967296) % 200;
const input = Array.from({ length: 60 }, random);
const expected = [...input].sort((x, y) => x - y).join();
for (const [name, sort] of sorts) console.log(name, sort(input).join() === expected, sort([2, 1]).join());
console.log(input.slice(0, 8), expected.slice(0, 40));
