// Generic containers, with constraints and inheritance.
interface HasId {
  id: number;
}
class Repository<T extends HasId> {
  protected items = new Map<number, T>();
  add(item: T): this {
    this.items.set(item.id, item);
    return this;
  }
  get(id: number): T {
    const item = this.items.get(id);
    if (item === undefined) throw new Error(`no item ${id}`);
    return item;
  }
  all(): T[] {
    return [...this.items.values()];
  }
  update(id: number, change: (item: T) => T): void {
    this.items.set(id, change(this.get(id)));
  }
}
interface User extends HasId {
  name: string;
}
class UserRepository extends Repository<User> {
  byName(name: string): User | undefined {
    return this.all().find((u) => u.name === name);
  }
}
const users = new UserRepository();
users.add({ id: 1, name: "Ann" }).add({ id: 2, name: "Bob" });
users.update(2, (u) => ({ ...u, name: "Rob" }));
console.log(users.all(), users.byName("Rob")?.id, users.byName("Bob"));
try {
  users.get(3);
} catch (e) {
  console.log((e as Error).message);
}

class Pair<A, B> {
  constructor(readonly first: A, readonly second: B) {}
  map<C, D>(f: (a: A) => C, g: (b: B) => D): Pair<C, D> {
    return new Pair(f(this.first), g(this.second));
  }
  swap(): Pair<B, A> {
    return new Pair(this.second, this.first);
  }
}
const pair = new Pair(1, "one").map((n) => n * 2.5, (s) => s.length);
console.log(pair, pair.swap().first + pair.first, new Pair(true, [null]).swap());

class Cell<T> {
  constructor(private value: T) {}
  get(): T {
    return this.value;
  }
  set(value: T): void {
    this.value = value;
  }
  update(f: (value: T) => T): T {
    return (this.value = f(this.value));
  }
}
const n = new Cell(1);
const s = new Cell("a");
const b = new Cell<boolean | null>(null);
n.update((x) => x + 0.5);
s.update((x) => x + "b");
b.set(true);
console.log(n.get(), s.get(), b.get(), n, b);
