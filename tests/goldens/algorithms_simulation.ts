// A bank and an elevator simulation with a seeded generator and many objects.
class Random {
  constructor(private state: number) {}
  next(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 4294967296;
  }
  int(below: number): number {
    return Math.floor(this.next() * below);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)];
  }
  shuffle<T>(list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}
type Event2 = { at: number; kind: "arrive" | "leave"; customer: number };
function bank(seed: number, tellers: number): { served: number; longest: number; mean: string } {
  const random = new Random(seed);
  const events: Event2[] = [];
  let clock = 0;
  for (let c = 0; c < 50; c++) events.push({ at: (clock += random.int(4)), kind: "arrive", customer: c });
  const waiting: { customer: number; since: number }[] = [];
  const waits: number[] = [];
  let free = tellers;
  const serve = (now: number): void => {
    while (free > 0 && waiting.length > 0) {
      const { customer, since } = waiting.shift()!;
      free--;
      waits.push(now - since);
      events.push({ at: now + 2 + random.int(8), kind: "leave", customer });
    }
  };
  while (events.length > 0) {
    events.sort((a, b) => a.at - b.at || a.customer - b.customer);
    const e = events.shift()!;
    if (e.kind === "arrive") waiting.push({ customer: e.customer, since: e.at });
    else free++;
    serve(e.at);
  }
  return { served: waits.length, longest: Math.max(...waits), mean: (waits.reduce((a, b) => a + b, 0) / waits.length).toFixed(3) };
}
for (const tellers of [1, 2, 3, 5]) console.log(tellers, bank(42, tellers));

const random = new Random(7);
console.log(random.shuffle([1, 2, 3, 4, 5, 6, 7, 8]).join(" "), random.pick(["a", "b", "c"]), random.pick([true, false]));
interface Particle {
  x: number;
  y: number;
  alive: boolean;
  trail?: [number, number][];
}
let particles: Particle[] = Array.from({ length: 100 }, (_, i) => ({ x: i % 10, y: Math.floor(i / 10), alive: true }));
particles[0].trail = [];
for (let step = 0; step < 50; step++) {
  for (const p of particles) {
    p.trail?.push([p.x, p.y]);
    p.x += random.int(3) - 1;
    p.y += random.int(3) - 1;
    p.alive = p.x >= -5 && p.x < 15 && p.y >= -5 && p.y < 15;
  }
  particles = particles.filter((p) => p.alive);
}
console.log(particles.length, particles.reduce((s, p) => s + p.x * 31 + p.y, 0), particles[0].trail?.length ?? "lost");
let inside = 0;
for (let i = 0; i < 20000; i++) if (Math.hypot(random.next(), random.next()) < 1) inside++;
console.log((4 * inside) / 20000);
