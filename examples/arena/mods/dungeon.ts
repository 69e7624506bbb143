// Digs rooms and corridors, fills them with treasure, and sends an explorer through the fog.
import { log } from "host:arena";
import { Random } from "../shared/random.js";

const WIDTH = 40;
const HEIGHT = 20;
const WALL = "#";
const FLOOR = ".";
const GOLD = "$";

class Room {
  constructor(readonly x: number, readonly y: number, readonly w: number, readonly h: number) {}

  get centre(): [x: number, y: number] {
    return [this.x + (this.w >> 1), this.y + (this.h >> 1)];
  }

  overlaps(other: Room): boolean {
    return this.x <= other.x + other.w && other.x <= this.x + this.w
      && this.y <= other.y + other.h && other.y <= this.y + this.h;
  }
}

class Level {
  readonly tiles: string[][];
  readonly rooms: Room[] = [];
  gold = 0;

  constructor(random: Random, readonly depth: number) {
    this.tiles = Array.from({ length: HEIGHT }, () => new Array<string>(WIDTH).fill(WALL));
    for (let tries = 0; tries < 30; tries++) {
      const room = new Room(1 + random.int(WIDTH - 10), 1 + random.int(HEIGHT - 7), 3 + random.int(6), 2 + random.int(4));
      if (this.rooms.some((other) => other.overlaps(room))) continue;
      this.dig(room);
      const last = this.rooms.at(-1);
      if (last !== undefined) this.connect(last.centre, room.centre);
      this.rooms.push(room);
    }
    for (const room of this.rooms) {
      const [x, y] = room.centre;
      if (!random.chance(0.7)) continue;
      this.tiles[y][x] = GOLD;
      this.gold++;
    }
  }

  private dig(room: Room): void {
    for (let y = room.y; y < room.y + room.h; y++) {
      for (let x = room.x; x < room.x + room.w; x++) this.tiles[y][x] = FLOOR;
    }
  }

  private connect([x1, y1]: [number, number], [x2, y2]: [number, number]): void {
    for (let x = Math.min(x1, x2); x <= Math.max(x1, x2); x++) this.tiles[y1][x] = FLOOR;
    for (let y = Math.min(y1, y2); y <= Math.max(y1, y2); y++) this.tiles[y][x2] = FLOOR;
  }

  draw(): string {
    return this.tiles.map((row) => row.join("")).join("\n");
  }
}

class Explorer {
  purse = 0;
  private readonly seen = new Set<number>();
  private trail: [number, number][] = [];

  constructor(private x: number, private y: number) {
    this.seen.add(y * WIDTH + x);
  }

  // Depth first: a new tile if there is one, else a step back.
  step(level: Level): boolean {
    for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) {
      const x = this.x + dx;
      const y = this.y + dy;
      if (level.tiles[y][x] === WALL || this.seen.has(y * WIDTH + x)) continue;
      this.trail.push([this.x, this.y]);
      this.go(x, y, level);
      return true;
    }
    const back = this.trail.pop();
    if (back === undefined) return false;
    this.go(back[0], back[1], level);
    return true;
  }

  private go(x: number, y: number, level: Level): void {
    this.x = x;
    this.y = y;
    this.seen.add(y * WIDTH + x);
    if (level.tiles[y][x] !== GOLD) return;
    level.tiles[y][x] = FLOOR;
    level.gold--;
    this.purse += 10 * level.depth;
  }
}

let random = new Random(0);
let level: Level | null = null;
let explorer: Explorer | null = null;
let banked = 0;

function descend(depth: number): void {
  level = new Level(random, depth);
  const [x, y] = level.rooms[0].centre;
  explorer = new Explorer(x, y);
}

export function init(seed: number): void {
  random = new Random(seed);
  descend(1);
}

export function tick(n: number): number {
  if (level === null || explorer === null) return banked;
  for (let i = 0; i < 3; i++) {
    if (explorer.step(level) && level.gold > 0) continue;
    banked += explorer.purse;
    if (level.depth === 1) log(`level 1 is explored at tick ${n}:\n${level.draw()}`);
    descend(level.depth + 1);
    return banked;
  }
  return banked + explorer.purse;
}
