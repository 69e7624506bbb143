// Fields, methods, accessors, statics, readonly and private members.
class Temperature {
  static readonly absoluteZero = -273.15;
  static made = 0;
  private celsius: number;
  #reads = 0;
  readonly label: string;

  constructor(celsius: number, label = "here") {
    this.celsius = Math.max(celsius, Temperature.absoluteZero);
    this.label = label;
    Temperature.made++;
  }

  static fromFahrenheit(f: number): Temperature {
    return new Temperature((f - 32) / 1.8, "imported");
  }

  get fahrenheit(): number {
    this.#reads++;
    return this.celsius * 1.8 + 32;
  }

  set fahrenheit(value: number) {
    this.celsius = (value - 32) / 1.8;
  }

  get reads(): number {
    return this.#reads;
  }

  warm(by: number): this {
    this.celsius += by;
    return this;
  }

  toString(): string {
    return `${this.label}: ${this.celsius.toFixed(1)}C`;
  }
}

const t = new Temperature(20);
console.log(t.fahrenheit, t.reads, String(t));
t.fahrenheit = 212;
console.log(t.fahrenheit, t.reads, `${t}`);
console.log(t.warm(1).warm(2).toString(), t.label);
const u = Temperature.fromFahrenheit(-1000);
console.log(u.toString(), Temperature.made, Temperature.absoluteZero);
t.fahrenheit += 18;
console.log(t.toString());

class Stack<T> {
  private items: T[] = [];
  push(item: T): void {
    this.items.push(item);
  }
  pop(): T | undefined {
    return this.items.pop();
  }
  get size(): number {
    return this.items.length;
  }
}
const stack = new Stack<string>();
stack.push("a");
stack.push("b");
console.log(stack.pop(), stack.size, stack.pop(), stack.pop(), stack);
