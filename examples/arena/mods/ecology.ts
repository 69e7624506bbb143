// Grass, rabbits and foxes on a torus: a class hierarchy whose members come and go.
import { random as arenaRandom } from "host:arena";
import { Random } from "../shared/random.js";

const SIZE = 24;

abstract class Animal {
  alive = true;
  constructor(
    public x: number,
    public y: number,
    protected energy: number,
    private readonly appetite: number,
    private readonly maturity: number,
  ) {}
  abstract eat(world: World): void;
  abstract child(): Animal;

  live(world: World): void {
    this.x = (this.x + world.random.int(3) - 1 + SIZE) % SIZE;
    this.y = (this.y + world.random.int(3) - 1 + SIZE) % SIZE;
    this.energy -= this.appetite;
    this.eat(world);
    if (this.energy <= 0) this.alive = false;
    else if (this.energy > this.maturity && world.animals.length < 300) {
      this.energy /= 2;
      world.born.push(this.child());
    }
  }
}

class Rabbit extends Animal {
  constructor(x: number, y: number, energy: number) {
    super(x, y, energy, 0.6, 9);
  }

  eat(world: World): void {
    this.energy += world.graze(this.x, this.y);
  }

  child(): Animal {
    return new Rabbit(this.x, this.y, this.energy);
  }
}

class Fox extends Animal {
  constructor(x: number, y: number, energy: number) {
    super(x, y, energy, 0.5, 18);
  }

  eat(world: World): void {
    for (const prey of world.at(this.x, this.y)) {
      if (!(prey instanceof Rabbit) || !prey.alive) continue;
      prey.alive = false;
      this.energy += 6;
      return;
    }
  }

  child(): Animal {
    return new Fox(this.x, this.y, this.energy);
  }
}

class World {
  readonly grass: number[] = new Array<number>(SIZE * SIZE).fill(2);
  animals: Animal[] = [];
  born: Animal[] = [];
  private cells = new Map<number, Animal[]>();

  constructor(readonly random: Random) {}

  at(x: number, y: number): Animal[] {
    return this.cells.get(y * SIZE + x) ?? [];
  }

  graze(x: number, y: number): number {
    const eaten = Math.min(1.5, this.grass[y * SIZE + x]);
    this.grass[y * SIZE + x] -= eaten;
    return eaten;
  }

  step(): void {
    for (let i = 0; i < this.grass.length; i++) this.grass[i] = Math.min(4, this.grass[i] + 0.08);
    this.cells.clear();
    for (const animal of this.animals) {
      const key = animal.y * SIZE + animal.x;
      const cell = this.cells.get(key);
      if (cell === undefined) this.cells.set(key, [animal]);
      else cell.push(animal);
    }
    for (const animal of this.animals) if (animal.alive) animal.live(this);
    this.animals = this.animals.filter((a) => a.alive).concat(this.born);
    this.born = [];
  }
}

let world = new World(new Random(0));
let score = 0;

function settle(rabbits: number, foxes: number): void {
  const { random, animals } = world;
  for (let i = 0; i < rabbits; i++) animals.push(new Rabbit(random.int(SIZE), random.int(SIZE), 5));
  for (let i = 0; i < foxes; i++) animals.push(new Fox(random.int(SIZE), random.int(SIZE), 10));
}

export function init(seed: number): void {
  world = new World(new Random(seed + Math.floor(arenaRandom() * 1000)));
  settle(60, 8);
}

export function tick(_n: number): number {
  world.step();
  const foxes = world.animals.filter((a) => a instanceof Fox).length;
  const rabbits = world.animals.length - foxes;
  if (rabbits < 5) settle(10, 0);
  if (foxes === 0) settle(0, 2);
  score += Math.min(foxes * 4, rabbits) / 20;
  return score;
}
