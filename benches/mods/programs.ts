// Whole programs, as BUDGET.md measures them.

export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

export function sieve(limit: number): number {
  const composite: boolean[] = new Array<boolean>(limit + 1);
  for (let i = 0; i <= limit; i++) composite[i] = false;
  let count = 0;
  for (let i = 2; i <= limit; i++) {
    if (composite[i]) continue;
    count++;
    for (let j = i * i; j <= limit; j += i) composite[j] = true;
  }
  return count;
}

class Body {
  constructor(
    public x: number, public y: number, public z: number,
    public vx: number, public vy: number, public vz: number, public mass: number,
  ) {}
}

const SOLAR = 4 * Math.PI * Math.PI;
const DAYS = 365.24;

function bodies(): Body[] {
  return [
    new Body(0, 0, 0, 0, 0, 0, SOLAR),
    new Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694 * DAYS, 0.00769901118419740425 * DAYS, -0.0000690460016972063023 * DAYS, 0.000954791938424326609 * SOLAR),
    new Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411021 * DAYS, 0.00499852801234917238 * DAYS, 0.0000230417297573763929 * DAYS, 0.000285885980666130812 * SOLAR),
    new Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618 * DAYS, 0.00237847173959480950 * DAYS, -0.0000296589568540237556 * DAYS, 0.0000436624404335156298 * SOLAR),
    new Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322 * DAYS, 0.00162824170038242295 * DAYS, -0.0000951592254519715870 * DAYS, 0.0000515138902046611451 * SOLAR),
  ];
}

function advance(all: Body[], dt: number): void {
  for (let i = 0; i < all.length; i++) {
    const a = all[i];
    for (let j = i + 1; j < all.length; j++) {
      const b = all[j];
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const dz = a.z - b.z;
      const d2 = dx * dx + dy * dy + dz * dz;
      const mag = dt / (d2 * Math.sqrt(d2));
      a.vx -= dx * b.mass * mag;
      a.vy -= dy * b.mass * mag;
      a.vz -= dz * b.mass * mag;
      b.vx += dx * a.mass * mag;
      b.vy += dy * a.mass * mag;
      b.vz += dz * a.mass * mag;
    }
  }
  for (let i = 0; i < all.length; i++) {
    const a = all[i];
    a.x += dt * a.vx;
    a.y += dt * a.vy;
    a.z += dt * a.vz;
  }
}

export function nbody(steps: number): number {
  const all = bodies();
  for (let i = 0; i < steps; i++) advance(all, 0.01);
  return all[0].x;
}

function at(i: number, j: number): number {
  return 1 / (((i + j) * (i + j + 1)) / 2 + i + 1);
}

function times(v: number[], out: number[], transposed: boolean): void {
  const n = v.length;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (transposed ? at(j, i) : at(i, j)) * v[j];
    out[i] = sum;
  }
}

export function spectral(n: number): number {
  const u: number[] = [];
  const v: number[] = [];
  const w: number[] = [];
  for (let i = 0; i < n; i++) {
    u.push(1);
    v.push(0);
    w.push(0);
  }
  for (let i = 0; i < 10; i++) {
    times(u, w, false);
    times(w, v, true);
    times(v, w, false);
    times(w, u, true);
  }
  let vBv = 0;
  let vv = 0;
  for (let i = 0; i < n; i++) {
    vBv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  return Math.sqrt(vBv / vv);
}

class Tree {
  constructor(public left: Tree | null, public right: Tree | null) {}
  check(): number {
    return 1 + (this.left === null ? 0 : this.left.check()) + (this.right === null ? 0 : this.right.check());
  }
}

function tree(depth: number): Tree {
  return depth === 0 ? new Tree(null, null) : new Tree(tree(depth - 1), tree(depth - 1));
}

export function trees(depth: number): number {
  let sum = 0;
  for (let i = 0; i < 16; i++) sum += tree(depth).check();
  return sum;
}
