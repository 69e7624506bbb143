// splice, slice, concat, reverse, fill, copyWithin and their negative indices.
const base = [0, 1, 2, 3, 4, 5, 6, 7];
function demo(label: string, f: (a: number[]) => number[]): void {
  const copy = base.slice();
  const result = f(copy);
  console.log(label, result, copy);
}
demo("splice(2, 3)", (a) => a.splice(2, 3));
demo("splice(-2)", (a) => a.splice(-2));
demo("splice(1, 0, 9, 8)", (a) => a.splice(1, 0, 9, 8));
demo("splice(3, 2, 7, 7, 7, 7)", (a) => a.splice(3, 2, 7, 7, 7, 7));
demo("splice(3, 4, 1)", (a) => a.splice(3, 4, 1));
demo("splice(99, 5, 1)", (a) => a.splice(99, 5, 1));
demo("splice(0)", (a) => a.splice(0));
demo("reverse", (a) => a.reverse());
demo("fill(9, 2, 5)", (a) => a.fill(9, 2, 5));
demo("fill(1, -3)", (a) => a.fill(1, -3));
demo("copyWithin(0, 5)", (a) => a.copyWithin(0, 5));
demo("copyWithin(2, 0, 4)", (a) => a.copyWithin(2, 0, 4));
demo("slice(-3, -1)", (a) => a.slice(-3, -1));
demo("concat", (a) => a.concat([8, 9], [], [10]));
demo("length = 3", (a) => {
  a.length = 3;
  return a;
});
demo("toReversed", (a) => a.toReversed());
demo("with", (a) => a.with(-1, 70));
demo("toSpliced", (a) => a.toSpliced(1, 6, 55));
const words = ["b", "a"];
console.log(words.concat("c"), words.concat(["d"], ["e"]), words);
const odd: number[] = [];
for (const n of base) if (n % 2 === 1) odd.unshift(n);
console.log(odd, [...odd, ...base.slice(0, 2)]);
