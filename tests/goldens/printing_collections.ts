// Map, Set and classes printed, nested in each other.
console.log(new Map(), new Set(), new Map([["a", 1]]), new Set(["x", "y"]));
console.log(new Map([["key", { nested: new Map([["inner", [1, 2]]]) }]]));
console.log(new Map([[{ k: 1 }, new Set([1, 2])], [{ k: 2 }, new Set<number>()]]));
const big = new Map<string, number>();
for (let i = 0; i < 30; i++) big.set("key" + i, i * i);
console.log(big);
const bigSet = new Set<number>();
for (let i = 0; i < 110; i++) bigSet.add(i * 3);
console.log(bigSet);
console.log([new Map([[1, "a"]]), new Set([1])], { m: new Map([["x", null]]), s: new Set([undefined]) });
class Inventory {
  items = new Map<string, number>([["sword", 1], ["potion", 12]]);
  owner: Owner;
  constructor(owner: Owner) {
    this.owner = owner;
  }
}
class Owner {
  private secret = "hidden";
  #reallyHidden = 1;
  tags = new Set(["brave", "tired"]);
  static count = 5;
  get computed(): number {
    return this.#reallyHidden + this.secret.length;
  }
}
class Empty {}
class Child extends Owner {
  extra: Empty[] = [new Empty()];
}
console.log(new Inventory(new Owner()));
console.log(new Child(), new Empty(), [new Empty()], { e: new Empty() });
console.log(new Set([new Owner()]));
console.log(new Map([["very long key number one", "very long value number one"], ["very long key number two", "value"]]));
const deep = new Map([["l1", new Map([["l2", new Map([["l3", new Map([["l4", 1]])]])]])]]);
console.log(deep);
