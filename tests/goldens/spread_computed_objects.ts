// Object literals: shorthand, methods, nested functions, property order, equality.
const x = 1;
const label = "n";
const thing = {
  x,
  label,
  double() {
    return this.x * 2;
  },
  arrow: (k: number): number => k + x,
  "quoted key": true,
  nested: { deep: { deeper: [x, { y: x }] } },
};
console.log(thing.double(), thing.arrow(5), thing["quoted key"], thing.nested.deep.deeper.length);
console.log(thing);
thing.x = 21;
console.log(thing.double(), { x: 1 }.x === thing.x);

interface Shape {
  area(): number;
  name: string;
}
function makeSquare(side: number): Shape {
  return { area: () => side * side, name: `square(${side})` };
}
function makeCounter(): { count: number; inc(): number } {
  return {
    count: 0,
    inc() {
      this.count += 1;
      return this.count;
    },
  };
}
const shapes = [makeSquare(2), { name: "fixed", area: () => 7 }];
console.log(shapes.map((s) => `${s.name}=${s.area()}`));
const counter = makeCounter();
counter.inc();
console.log(counter.inc(), counter.count);
const same = { a: 1 };
const other = { a: 1 };
const alias = same;
alias.a = 5;
console.log(same === alias, same.a === other.a, same.a, [same].includes(alias));
const point: { readonly x: number; y?: number } = { x: 1 };
point.y = 2;
console.log(point, "y" in point);
