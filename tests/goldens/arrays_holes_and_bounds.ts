// What reading outside gives where the program asks, and equality of elements.
const xs = [1, 2, 3];
const third: number | undefined = xs[3];
console.log(third === undefined, xs[10] ?? -1, xs[-1] ?? "none", xs[1] ?? -1);
if (xs[5] === undefined) console.log("no sixth");
const names = ["a"];
console.log(names[1] ?? "default", names[0] ?? "default", names[7]?.length);
function firstOr<T>(list: T[], fallback: T): T {
  return list.length > 0 ? list[0] : fallback;
}
console.log(firstOr([], 5), firstOr(["q"], "z"), firstOr<string | null>([null], "z"));
console.log([NaN].includes(NaN), [NaN].indexOf(NaN), [0].includes(-0), [-0].indexOf(0));
const target = { id: 1 };
const list = [{ id: 1 }, target];
console.log(list.indexOf(target), list.includes({ id: 1 }), list.lastIndexOf(target));
const optional: (number | undefined)[] = [1, undefined, 3];
console.log(optional, optional.indexOf(undefined), optional.map((n) => n ?? 0), optional.filter((n) => n !== undefined).length);
console.log([null, undefined, 1].join("-"), [[1, 2], [3]].join(";"), [true, null].join());
console.log([undefined, null], [[]], [[[]]], [[1, [2, [3, [4]]]]]);
const sparse: number[] = [];
for (let i = 0; i < 3; i++) sparse[i] = i * i;
console.log(sparse, sparse.length, sparse.every((n, i) => n === i * i));
