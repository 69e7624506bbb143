// User-defined guards, assertions, literal unions and unknown.
interface Circle {
  radius: number;
}
interface Box {
  width: number;
}
function isCircle(s: Circle | Box): s is Circle {
  return "radius" in s;
}
const shapes: (Circle | Box)[] = [{ radius: 1 }, { width: 2 }, { radius: 3 }];
console.log(shapes.filter(isCircle).map((c) => c.radius), shapes.map((s) => (isCircle(s) ? s.radius : -s.width)));

function describe(value: unknown): string {
  if (typeof value === "string") return `string ${value.toUpperCase()}`;
  if (typeof value === "number") return `number ${value + 1}`;
  if (typeof value === "boolean") return `boolean ${!value}`;
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (value instanceof Error) return `error ${value.message}`;
  if (value instanceof Map) return `map of ${value.size}`;
  if (typeof value === "function") return "function";
  return "object";
}
const values: unknown[] = ["a", 1, true, null, undefined, new Error("e"), new Map([[1, 2]]), () => 1, { a: 1 }];
console.log(values.map(describe));

function assertPositive(n: number | null): asserts n is number {
  if (n === null || n <= 0) throw new RangeError("not positive: " + n);
}
function half(n: number | null): number {
  assertPositive(n);
  return n / 2;
}
console.log(half(5));
for (const bad of [null, -1]) {
  try {
    half(bad);
  } catch (e) {
    console.log(e instanceof RangeError, (e as RangeError).message);
  }
}

type Direction = "north" | "east" | "south" | "west";
const turns: Direction[] = ["north", "east", "south", "west"];
function turn(d: Direction, by: 1 | -1): Direction {
  return turns[(turns.indexOf(d) + by + 4) % 4];
}
console.log(turn("north", -1), turn("west", 1));
const value: unknown = turn("east", 1);
console.log((value as string).length, typeof value);
type Level = 1 | 2 | 3;
const up = (l: Level): Level => (l === 3 ? 3 : l === 2 ? 3 : 2);
console.log(up(1), up(up(1)), up(3));
