// Small functions, which may take the place of their calls.
function clamp(x: number, low: number, high: number): number {
  if (x < low) return low;
  if (x > high) return high;
  return x;
}
console.log([-5, 0.5, 9, NaN].map((x) => clamp(x, 0, 1)));

function next(n: number): number {
  n = n + 1;
  return n * 2;
}
let n = 1;
n = next(n);
n = next(n) + n;
console.log(n);

function swapped(a: number, b: number): number {
  return a * 10 + b;
}
let a = 1;
let b = 2;
a = swapped(b, a);
b = swapped(b, a);
console.log(a, b, swapped(swapped(1, 2), swapped(3, 4)));

function first<T>(xs: readonly T[], otherwise: T): T {
  return xs.length > 0 ? xs[0] : otherwise;
}
console.log(first([], 3), first(["a"], "b"), first<number | string>([], "c"), first([undefined], undefined));

function sumTo(limit: number): number {
  let sum = 0;
  for (let i = 1; i <= limit; i++) sum += i;
  return sum;
}
let all = 0;
for (let i = 0; i < 5; i++) all += sumTo(i);
console.log(all);

function maybe(x: number): number | undefined {
  if (x > 2) return x;
  return undefined;
}
console.log([1, 2, 3].map(maybe), maybe(1) ?? "none", (maybe(5) ?? 0) + 1);

function starts(): number {
  let unset: number | undefined;
  if (unset === undefined) unset = 1;
  else unset++;
  return unset;
}
console.log(starts(), starts(), [1, 2, 3].map(() => starts()));

class Counter {
  #count = 0;
  get count(): number {
    return this.#count;
  }
  set count(value: number) {
    this.#count = value > 10 ? 10 : value;
  }
  up(): this {
    this.count++;
    return this;
  }
}
const counter = new Counter();
for (let i = 0; i < 15; i++) counter.up();
console.log(counter.count, counter.up().up().count);

class Shape {
  area(): number {
    return 0;
  }
  twice(): number {
    return this.area() * 2;
  }
}
class Square extends Shape {
  constructor(readonly side: number) {
    super();
  }
  override area(): number {
    return this.side * this.side;
  }
}
const shapes: Shape[] = [new Shape(), new Square(3)];
console.log(shapes.map((s) => s.twice()), new Square(2).area());

function element(xs: number[], at: number): number {
  if (at >= xs.length) throw new RangeError(`nothing at ${at}`);
  return xs[at];
}
function tried(xs: number[], at: number): string {
  let stage = "before";
  try {
    stage = "in";
    const x = element(xs, at);
    stage = "after";
    return `${stage} ${x}`;
  } catch (e) {
    return `${stage} ${(e as Error).message}`;
  } finally {
    stage = "done";
  }
}
console.log(tried([1, 2], 1), tried([1, 2], 2));

function nothing(): void {}
nothing();
const isEven = (x: number): boolean => x % 2 === 0;
const both = (x: number, y: number): boolean => isEven(x) && isEven(y);
console.log(both(2, 4), both(2, 3), [1, 2, 3, 4].filter(isEven));

function fact(x: number): number {
  return x <= 1 ? 1 : x * fact(x - 1);
}
const isOdd = (x: number): boolean => (x === 0 ? false : isStillEven(x - 1));
const isStillEven = (x: number): boolean => (x === 0 ? true : isOdd(x - 1));
console.log(fact(10), isOdd(7), isStillEven(7));

interface Entity {
  x: number;
  vx: number;
}
const entities: Entity[] = [];
for (let i = 0; i < 4; i++) entities.push({ x: i, vx: i - 1.5 });
function step(dt: number): number {
  let sum = 0;
  entities.forEach((e) => {
    e.x += e.vx * dt;
    if (e.x < 0 || e.x > 3) e.vx = -e.vx;
    sum += e.x;
  });
  return sum;
}
for (let i = 0; i < 4; i++) console.log(step(0.5));
console.log(entities.map((e) => e.x * e.vx));
