// Structural typing: classes, literals and closures behind one interface.
interface Named {
  readonly name: string;
}
interface Greeter extends Named {
  greet(other: Named): string;
  volume?: number;
}
class Person implements Greeter {
  constructor(readonly name: string, private polite: boolean) {}
  greet(other: Named): string {
    return `${this.polite ? "Good day" : "Hey"}, ${other.name}`;
  }
}
class Robot {
  serial = 7;
  name = "R";
  volume = 11;
  greet(other: Named): string {
    return `BEEP ${other.name.toUpperCase()} ${this.serial++}`;
  }
}
const dog = { name: "Rex", greet: (other: Named): string => "woof " + other.name, legs: 4 };
const greeters: Greeter[] = [new Person("Ann", true), new Robot(), dog, new Person("Bob", false)];
for (const a of greeters) {
  const b = greeters[(greeters.indexOf(a) + 1) % greeters.length];
  console.log(a.name, "->", a.greet(b), a.volume ?? "normal");
}
function longestName(things: Named[]): string {
  return things.reduce((best, t) => (t.name.length > best.length ? t.name : best), "");
}
console.log(longestName(greeters), longestName([{ name: "literal" }, dog]));

interface Visitor<R> {
  number(n: number): R;
  add(a: Expr, b: Expr): R;
}
interface Expr {
  accept<R>(v: Visitor<R>): R;
}
class Num implements Expr {
  constructor(private n: number) {}
  accept<R>(v: Visitor<R>): R {
    return v.number(this.n);
  }
}
class Add implements Expr {
  constructor(private a: Expr, private b: Expr) {}
  accept<R>(v: Visitor<R>): R {
    return v.add(this.a, this.b);
  }
}
class Evaluate implements Visitor<number> {
  number(n: number): number {
    return n;
  }
  add(a: Expr, b: Expr): number {
    return a.accept(this) + b.accept(this);
  }
}
class Print implements Visitor<string> {
  number(n: number): string {
    return String(n);
  }
  add(a: Expr, b: Expr): string {
    return `(${a.accept(this)} + ${b.accept(this)})`;
  }
}
const expr = new Add(new Num(1), new Add(new Num(2.5), new Num(3)));
console.log(expr.accept(new Print()), "=", expr.accept(new Evaluate()));
