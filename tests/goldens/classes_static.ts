// Static state: registries, counters and singletons.
class Registry {
  private static instance: Registry | null = null;
  private static readonly names: string[] = [];
  static lookups = 0;
  readonly entries = new Map<string, number>();

  static get(): Registry {
    Registry.lookups += 1;
    if (Registry.instance === null) Registry.instance = new Registry();
    return Registry.instance;
  }
  static register(name: string): number {
    Registry.names.push(name);
    Registry.get().entries.set(name, Registry.names.length);
    return Registry.names.length;
  }
  static get summary(): string {
    return Registry.names.join("+") + "=" + Registry.get().entries.size;
  }
}
console.log(Registry.register("a"), Registry.register("b"), Registry.register("a"));
console.log(Registry.summary, Registry.lookups, Registry.get() === Registry.get());

class Ids {
  static #next = 100;
  static step = 1;
  static take(): number {
    const id = Ids.#next;
    Ids.#next += Ids.step;
    return id;
  }
}
Ids.take();
Ids.step = 10;
Ids.take();
console.log(Ids.take(), Ids.take(), Ids.step);

class Vec {
  static readonly zero = new Vec(0, 0);
  static readonly unit = new Vec(1, 0);
  constructor(readonly x: number, readonly y: number) {}
  static add(a: Vec, b: Vec): Vec {
    return new Vec(a.x + b.x, a.y + b.y);
  }
  scale(k: number): Vec {
    return new Vec(this.x * k, this.y * k);
  }
  equals(other: Vec): boolean {
    return this.x === other.x && this.y === other.y;
  }
}
const v = Vec.add(Vec.unit.scale(3), new Vec(0, 4));
console.log(v, Vec.zero, v.equals(new Vec(3, 4)), Vec.zero.equals(Vec.unit));
const sum = [v, v, Vec.unit].reduce(Vec.add, Vec.zero);
console.log(sum.x, sum.y);
