// Objects as util.inspect lays them out: nesting, depth, line width.
console.log({ a: 1, b: "two", c: [1, 2, 3], d: { e: { f: { g: 1 } } } });
console.log({ name: "a rather long name", description: "which makes the whole line too wide", n: 12345 });
console.log([{ id: 1, tags: ["x", "y"] }, { id: 2, tags: [] }]);
console.log({ list: [[1, [2, [3, [4]]]]], empty: {}, none: [], nothing: null, missing: undefined });
console.log([["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"], ["cccccccccccccccc"]]);
console.log({ x: "aaaaaaaaaaaaaaaaaaaaaaaaaaa", y: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", z: 1 });
console.log({ x: "aaaaaaaaaaaaaaaaaaaaaaaaaaa", y: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", z: 12 });
class Node2 {
  constructor(public value: number, public left: Node2 | null = null, public right: Node2 | null = null) {}
}
const tree = new Node2(1, new Node2(2, new Node2(4)), new Node2(3, null, new Node2(5, new Node2(6))));
console.log(tree);
console.log([tree.left], { tree: tree.right });
interface Ring {
  name: string;
  next: Ring | null;
}
const a: Ring = { name: "a", next: null };
const b: Ring = { name: "b", next: a };
a.next = b;
console.log(a);
console.log([a, b]);
console.log({ self: [1, { deep: [2, { deeper: [3] }] }] });
console.log({ "a-b": 1, "2nd": 2, valid_id: 3, $: 4, "with space": 5 });
console.log({ text: "multi\nline", quote: "it's", both: "it's \"q\"", long: "word ".repeat(20) });
console.log([[[]]], [{}], { a: {} }, { a: { b: { c: {} } } }, { a: { b: { c: { d: 1 } } } });
