// Fields that are read and written again and again, under several names.
class Point {
  constructor(public x: number, public y: number, public label = "p") {}
  shift(by: number): void {
    this.x += by;
    this.y -= by;
  }
}
class Tagged extends Point {
  z = 1;
}

function twice(a: Point, b: Point): string {
  const before = a.x;
  b.x = before + 1;
  const after = a.x;
  a.x += after;
  b.x -= a.y * 2;
  return [before, after, a.x, b.x].join(" ");
}
const one = new Point(1, 2);
console.log(twice(one, new Point(5, 6)));
console.log(twice(one, one));

function throughCalls(p: Point): number {
  const first = p.x;
  p.shift(3);
  const second = p.x;
  const change = () => {
    p.x *= 10;
  };
  change();
  return first * 10000 + second * 100 + p.x;
}
console.log(throughCalls(new Point(1, 1)), throughCalls(new Tagged(2, 2)));

// Each operation is rounded: no product is added at higher precision.
function rounded(a: number, b: number, c: number): number[] {
  return [a * b + c, c - a * b, a * b - c, (a + b) * c, a * b * c, a + b + c, c * (a * b), c + (a + b), c - (a - b)];
}
console.log(rounded(0.1, 3, -0.3));
console.log(rounded(1e308, 10, -Infinity));
console.log(rounded(1.0000000000000002, 1.0000000000000002, -1.0000000000000004));
console.log(rounded(NaN, 1, 2), rounded(-0, 0, -0).map((v) => Object.is(v, -0)));

// Dividing by a power of two may become multiplying: the smallest and largest numbers round alike.
for (const x of [1, -0, 5e-324, 1.5e-323, 2.2250738585072014e-308, 1.7976931348623157e308, NaN, Infinity, 0.1]) {
  console.log(x / 2, x / 8, x / -4, x / 0.5, x / 3, x / 2 ** -1000, 1 / (x / 1024));
}

class Body {
  vx = 0;
  vy = 0;
  constructor(public x: number, public y: number, public mass: number) {}
}
function attract(bodies: Body[], dt: number): void {
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i];
    for (let j = i + 1; j < bodies.length; j++) {
      const b = bodies[j];
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const d2 = dx * dx + dy * dy;
      const pull = dt / (d2 * Math.sqrt(d2));
      a.vx -= dx * b.mass * pull;
      a.vy -= dy * b.mass * pull;
      b.vx += dx * a.mass * pull;
      b.vy += dy * a.mass * pull;
    }
  }
  for (const body of bodies) {
    body.x += dt * body.vx;
    body.y += body.vy * dt;
  }
}
const bodies = [new Body(0, 0, 10), new Body(1, 0.5, 2), new Body(-2, 1, 0.5)];
for (let i = 0; i < 10; i++) attract(bodies, 0.01);
for (const b of bodies) console.log(b.x, b.y, b.vx, b.vy);
attract([bodies[0], bodies[0]], 1);
console.log(bodies[0].vx, bodies[0].x);

// Array elements under two names, and lengths after writes.
function aliased(xs: number[], ys: number[]): string {
  const first = xs[0];
  ys[0] = first + 1;
  const second = xs[0];
  const before = xs.length;
  ys[ys.length] = 9;
  return `${first} ${second} ${before} ${xs.length} ${xs.length + ys.length}`;
}
const shared = [1, 2];
console.log(aliased(shared, shared), aliased([1], [2]));

let hits = 0;
class Hits {
  get now(): number {
    return ++hits;
  }
}
const counter = new Hits();
console.log(counter.now + counter.now * 10, hits);

let total = 0;
function add(by: number): number {
  total += by;
  return total;
}
const seen = total;
add(2);
console.log(seen, total, add(3) + total, total);

// What a field held before an error stays.
function failing(p: Point, q: Point | undefined): void {
  p.x += 1;
  p.y += q!.x;
}
const kept = new Point(1, 2);
try {
  failing(kept, undefined);
} catch (e) {
  console.log(e instanceof TypeError, kept.x, kept.y);
}

interface Sized {
  size: number | undefined;
}
function grow(s: Sized, by: number): number {
  if (s.size === undefined) s.size = 1;
  s.size += by;
  return s.size * 2 - s.size;
}
console.log(grow({ size: undefined }, 4), grow({ size: 2 }, 4));
