// Chains of classes: super calls, overriding, abstract members, dispatch through the base.
abstract class Shape {
  static count = 0;
  constructor(protected readonly name: string) {
    Shape.count++;
    this.onCreated();
  }
  abstract area(): number;
  protected onCreated(): void {}
  describe(): string {
    return `${this.name} with area ${this.area().toFixed(2)}`;
  }
}
class Circle extends Shape {
  constructor(private r: number) {
    super("circle");
  }
  area(): number {
    return Math.PI * this.r ** 2;
  }
}
class Rect extends Shape {
  constructor(protected w: number, protected h: number, name = "rect") {
    super(name);
  }
  area(): number {
    return this.w * this.h;
  }
  describe(): string {
    return super.describe() + ` (${this.w}x${this.h})`;
  }
}
class Square extends Rect {
  constructor(side: number) {
    super(side, side, "square");
  }
  protected onCreated(): void {
    console.log("a square is made");
  }
  describe(): string {
    return "[" + super.describe() + "]";
  }
}
const shapes: Shape[] = [new Circle(1), new Rect(2, 3), new Square(4)];
for (const shape of shapes) console.log(shape.describe());
console.log(shapes.reduce((sum, s) => sum + s.area(), 0).toFixed(3), Shape.count);
for (const s of shapes) console.log(s instanceof Square, s instanceof Rect, s instanceof Shape, s instanceof Circle);
console.log(shapes[2]);

class A {
  who(): string {
    return "A";
  }
  hello(): string {
    return "hello " + this.who();
  }
}
class B extends A {
  who(): string {
    return "B" + super.who();
  }
}
class C extends B {
  who(): string {
    return "C" + super.who();
  }
}
const all: A[] = [new A(), new B(), new C()];
console.log(all.map((x) => x.hello()).join(", "));
