// The small mod of `raya bench density`: ten entities, moved by one call.

class Entity {
  x = 0;
  y = 0;
  health = 100;

  constructor(public readonly name: string, private speed: number) {}

  move(seconds: number): void {
    this.x += this.speed * seconds;
    this.y += (this.speed * seconds) / 2;
  }
}

const entities: Entity[] = [];
for (let i = 0; i < 10; i++) {
  entities.push(new Entity(`entity ${i}`, i + 1));
}

export function step(seconds: number): number {
  let sum = 0;
  for (const entity of entities) {
    entity.move(seconds);
    sum += entity.x;
  }
  return sum;
}
