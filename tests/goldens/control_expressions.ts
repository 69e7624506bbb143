// Order of evaluation, short circuits, conditionals, comma, assignment as a value.
const log: string[] = [];
function f<T>(name: string, value: T): T {
  log.push(name);
  return value;
}
const r1 = f("a", 1) + f("b", 2) * f("c", 3);
const r2 = f("d", false) && f("e", true);
const r3 = f("g", 0) || f("h", 5);
const r4 = f("i", true) ? f("j", "yes") : f("k", "no");
console.log(r1, r2, r3, r4, log.join(""));
log.length = 0;

const list = [0, 0, 0];
let i = 0;
list[i++] = list[i] + i++;
list[f("index", 2)] += f("value", 7);
console.log(list, i, log.join(" "));
log.length = 0;

let a = 1;
let b = (a = 5) + a;
let c = (a++, b += a, a * 2);
console.log(a, b, c);
let x: number;
let y: number;
x = y = 3;
console.log(x, y, x === y ? (x > 2 ? "big" : "small") : "different");
const object = { n: 1, next: { n: 2 } };
object.n += object.next.n *= 3;
console.log(object);
function args(...xs: number[]): string {
  return xs.join(",");
}
console.log(args(f("1", 1), f("2", 2), f("3", 3)), log.join());
console.log(typeof 1, typeof "s", typeof true, typeof undefined, typeof null, typeof {}, typeof [], typeof args, typeof log.length);
console.log(1 < 2 === true, !log.length, !!label(), -(-3), +"4" + 1, void 0);
console.log([1, 2, 3].length > 2 && "long", args() || "fallback", args(1) ?? "kept");
function label(): string {
  return "0";
}
let counter = 0;
const bump = (): number => ++counter;
const picked = bump() > 1 ? bump() : bump() + bump();
console.log(picked, counter);
