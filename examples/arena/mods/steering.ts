// A flock that follows a wandering beacon without running into one another.
import { log, now } from "host:arena";
import { Random } from "../shared/random.js";
import { Vector } from "../shared/vector.js";

class Boid {
  readonly position: Vector;
  readonly velocity = new Vector(0, 0);
  private readonly force = new Vector(0, 0);

  constructor(random: Random) {
    this.position = new Vector(random.between(-50, 50), random.between(-50, 50));
  }

  steer(flock: Boid[], beacon: Vector): void {
    this.force.x = this.force.y = 0;
    const centre = new Vector(0, 0);
    let near = 0;
    for (const other of flock) {
      if (other === this) continue;
      const away = this.position.minus(other.position);
      const distance = away.length;
      if (distance > 12) continue;
      near++;
      centre.add(other.position);
      this.force.add(other.velocity, 0.02);
      if (distance < 3) this.force.add(away, 0.5 / Math.max(distance, 0.1));
    }
    if (near > 0) {
      this.force.x += (centre.x / near - this.position.x) * 0.01;
      this.force.y += (centre.y / near - this.position.y) * 0.01;
    }
    this.force.add(beacon.minus(this.position), 0.005);
    this.velocity.add(this.force.limit(0.4)).limit(1.5);
  }

  move(): void {
    this.position.add(this.velocity);
  }
}

let random = new Random(0);
let flock: Boid[] = [];
let beacon = new Vector(0, 0);
let score = 0;

export function init(seed: number): void {
  random = new Random(seed);
  flock = Array.from({ length: 24 }, () => new Boid(random));
  log(`a flock of ${flock.length} at ${now()} ms`);
}

export function tick(n: number): number {
  if (n % 60 === 0) beacon = new Vector(random.between(-80, 80), random.between(-80, 80));
  for (const boid of flock) boid.steer(flock, beacon);
  for (const boid of flock) boid.move();
  const close = flock.filter((boid) => boid.position.distance(beacon) < 15).length;
  score += close / flock.length;
  return score;
}
