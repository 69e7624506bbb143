// Couriers cross a maze with A*; walls move, so that they have to plan again.
import { log } from "host:arena";
import { Random } from "../shared/random.js";

const SIZE = 20;

class Heap {
  private readonly cells: number[] = [];
  private readonly costs: number[] = [];

  get size(): number {
    return this.cells.length;
  }

  push(cell: number, cost: number): void {
    let at = this.cells.length;
    this.cells.push(cell);
    this.costs.push(cost);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.costs[parent] <= cost) break;
      this.cells[at] = this.cells[parent];
      this.costs[at] = this.costs[parent];
      at = parent;
    }
    this.cells[at] = cell;
    this.costs[at] = cost;
  }

  pop(): number {
    const top = this.cells[0];
    const cell = this.cells[this.cells.length - 1];
    const cost = this.costs[this.costs.length - 1];
    this.cells.pop();
    this.costs.pop();
    const n = this.cells.length;
    if (n === 0) return top;
    let at = 0;
    for (let child = 1; child < n; child = 2 * at + 1) {
      if (child + 1 < n && this.costs[child + 1] < this.costs[child]) child++;
      if (this.costs[child] >= cost) break;
      this.cells[at] = this.cells[child];
      this.costs[at] = this.costs[child];
      at = child;
    }
    this.cells[at] = cell;
    this.costs[at] = cost;
    return top;
  }
}

class Maze {
  readonly walls: boolean[] = new Array<boolean>(SIZE * SIZE).fill(false);

  toggle(random: Random): void {
    const cell = random.int(SIZE * SIZE);
    this.walls[cell] = !this.walls[cell] && random.chance(0.6);
  }

  neighbours(cell: number): number[] {
    const x = cell % SIZE;
    const out: number[] = [];
    if (x > 0) out.push(cell - 1);
    if (x < SIZE - 1) out.push(cell + 1);
    if (cell >= SIZE) out.push(cell - SIZE);
    if (cell < SIZE * (SIZE - 1)) out.push(cell + SIZE);
    return out.filter((next) => !this.walls[next]);
  }

  path(start: number, goal: number): number[] | null {
    const cameFrom: number[] = new Array<number>(SIZE * SIZE).fill(-1);
    const cost: number[] = new Array<number>(SIZE * SIZE).fill(Infinity);
    const open = new Heap();
    cost[start] = 0;
    open.push(start, 0);
    while (open.size > 0) {
      const at = open.pop();
      if (at === goal) {
        const path: number[] = [];
        for (let cell = goal; cell !== start; cell = cameFrom[cell]) path.push(cell);
        return path;
      }
      for (const next of this.neighbours(at)) {
        if (cost[at] + 1 >= cost[next]) continue;
        cost[next] = cost[at] + 1;
        cameFrom[next] = at;
        const dx = Math.abs((next % SIZE) - (goal % SIZE));
        const dy = Math.abs(Math.floor(next / SIZE) - Math.floor(goal / SIZE));
        open.push(next, cost[next] + dx + dy);
      }
    }
    return null;
  }
}

class Courier {
  private path: number[] = [];
  private goal = -1;
  delivered = 0;
  constructor(private at: number) {}

  step(maze: Maze, random: Random): void {
    const next = this.path.pop();
    if (next === undefined || maze.walls[next]) {
      if (next === undefined) this.goal = random.int(SIZE * SIZE);
      this.path = maze.walls[this.goal] ? [] : (maze.path(this.at, this.goal) ?? []);
      return;
    }
    this.at = next;
    if (next === this.goal) this.delivered++;
  }
}

let random = new Random(0);
let maze = new Maze();
let couriers: Courier[] = [];

export function init(seed: number): void {
  random = new Random(seed);
  maze = new Maze();
  for (let i = 0; i < 120; i++) maze.toggle(random);
  couriers = [0, SIZE - 1, SIZE * SIZE - 1].map((cell) => new Courier(cell));
}

export function tick(n: number): number {
  if (n % 10 === 0) maze.toggle(random);
  for (const courier of couriers) courier.step(maze, random);
  const delivered = couriers.reduce((sum, c) => sum + c.delivered, 0);
  if (n === 599) log(`delivered ${delivered} parcels`);
  return delivered;
}
