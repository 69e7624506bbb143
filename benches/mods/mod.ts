// A small mod: ten entities, moved by one call.
import { twice } from "host:bench";

class Entity {
  x = 0;
  y = 0;
  constructor(public vx: number, public vy: number) {}
  move(dt: number): void {
    this.x += this.vx * dt;
    this.y += this.vy * dt;
    if (this.x > 100 || this.x < 0) this.vx = -this.vx;
    if (this.y > 100 || this.y < 0) this.vy = -this.vy;
  }
}

const entities: Entity[] = [];
for (let i = 0; i < 10; i++) entities.push(new Entity(i + 1, 10 - i));

export function add(a: number, b: number): number {
  return a + b;
}

export function update(dt: number): number {
  let sum = 0;
  for (const entity of entities) {
    entity.move(dt);
    sum += entity.x;
  }
  return sum;
}

export function callHost(times: number): number {
  let sum = 0;
  for (let i = 0; i < times; i++) sum = twice(sum) - sum + 1;
  return sum;
}

export function callHostApart(times: number): number {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += twice(i);
  return sum;
}

export function callNothing(times: number): number {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += i;
  return sum;
}

/** Never ends. */
export function spin(): void {
  while (true) {}
}
