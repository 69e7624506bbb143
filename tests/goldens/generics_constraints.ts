// Constraints, defaults, keyof-free property access through interfaces, static factories.
interface Comparable<T> {
  compareTo(other: T): number;
}
class Version implements Comparable<Version> {
  constructor(readonly major: number, readonly minor: number) {}
  compareTo(other: Version): number {
    return this.major - other.major || this.minor - other.minor;
  }
  toString(): string {
    return `v${this.major}.${this.minor}`;
  }
}
function maximum<T extends Comparable<T>>(items: T[]): T {
  let best = items[0];
  for (const item of items) if (item.compareTo(best) > 0) best = item;
  return best;
}
console.log(maximum([new Version(1, 2), new Version(2, 0), new Version(1, 9)]).toString());

function longest<T extends { length: number }>(a: T, b: T): T {
  return a.length >= b.length ? a : b;
}
console.log(longest("abc", "de"), longest([1], [2, 3]), longest({ length: 3, tag: "x" }, { length: 1, tag: "y" }).tag);

interface Entity {
  readonly kind: string;
}
function ofKind<T extends Entity>(list: T[], kind: T["kind"]): T[] {
  return list.filter((e) => e.kind === kind);
}
type Animal = { kind: "cat"; lives: number } | { kind: "dog"; good: boolean };
const animals: Animal[] = [{ kind: "cat", lives: 9 }, { kind: "dog", good: true }, { kind: "cat", lives: 3 }];
console.log(ofKind(animals, "cat").length, ofKind(animals, "dog"));

class Event2<T = string> {
  private listeners: ((payload: T) => void)[] = [];
  on(f: (payload: T) => void): void {
    this.listeners.push(f);
  }
  emit(payload: T): number {
    this.listeners.forEach((f) => f(payload));
    return this.listeners.length;
  }
}
const texts = new Event2();
const numbers = new Event2<number>();
const out: string[] = [];
texts.on((s) => out.push("text " + s));
numbers.on((n) => out.push("number " + n.toFixed(1)));
numbers.on((n) => out.push("again " + -n));
console.log(texts.emit("hi"), numbers.emit(2.25), out);
