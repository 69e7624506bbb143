// Map: insertion order, every kind of key, mutation while iterating.
const ages = new Map<string, number>([["Ann", 31], ["Bob", 25]]);
ages.set("Cid", 40).set("Ann", 32);
console.log(ages, ages.size, ages.get("Ann"), ages.get("Zed"), ages.has("Bob"));
console.log(ages.delete("Bob"), ages.delete("Bob"), [...ages.keys()], [...ages.values()], [...ages]);
ages.set("Bob", 26);
for (const [name, age] of ages) console.log(name, age);
ages.forEach((age, name, map) => console.log(name, age, map.size));

const byNumber = new Map<number, string>();
byNumber.set(NaN, "nan").set(0, "zero").set(-0, "minus zero").set(1.5, "float").set(-1, "neg");
console.log(byNumber, byNumber.get(NaN), byNumber.get(0), byNumber.size);

class Key {
  constructor(readonly id: number) {}
}
const k1 = new Key(1);
const k2 = new Key(1);
const byObject = new Map<Key, string>([[k1, "first"]]);
byObject.set(k2, "second");
console.log(byObject.get(k1), byObject.get(k2), byObject.get(new Key(1)), byObject.size);

type Mixed = string | number | boolean | null | undefined;
const mixed = new Map<Mixed, Mixed>([["1", 1], [1, "1"], [true, false], [null, undefined]]);
mixed.set(undefined, null);
console.log(mixed, mixed.get("1"), mixed.get(1), mixed.has(undefined), mixed.get(false));
mixed.clear();
console.log(mixed.size, mixed, mixed.get(1));

const nested = new Map<string, Map<string, number[]>>();
function add(a: string, b: string, n: number): void {
  let inner = nested.get(a);
  if (!inner) nested.set(a, (inner = new Map<string, number[]>()));
  const list = inner.get(b) ?? [];
  list.push(n);
  inner.set(b, list);
}
add("x", "y", 1);
add("x", "y", 2);
add("x", "z", 3);
add("w", "y", 4);
console.log(nested);
const inverted = new Map<number, string>();
for (const [k, v] of ages) inverted.set(v, k);
console.log(inverted, new Map(inverted).size, new Map([...ages].filter(([, age]) => age > 30)));
