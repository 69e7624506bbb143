// A* over a grid with walls, printed as a map.
class Point {
  constructor(readonly x: number, readonly y: number) {}
  get key(): string {
    return `${this.x},${this.y}`;
  }
}
interface Visit {
  point: Point;
  cost: number;
  estimate: number;
}
const maze = [
  "S..#......",
  ".#.#.####.",
  ".#...#....",
  ".#####.##.",
  "......#...",
  "####.##.#.",
  "...#....#G",
];
function findTile(tile: string): Point {
  for (let y = 0; y < maze.length; y++) {
    const x = maze[y].indexOf(tile);
    if (x >= 0) return new Point(x, y);
  }
  throw new Error("no " + tile);
}
function neighbours(p: Point): Point[] {
  const out: Point[] = [];
  for (const [dx, dy] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) {
    const x = p.x + dx;
    const y = p.y + dy;
    if (y >= 0 && y < maze.length && x >= 0 && x < maze[y].length && maze[y][x] !== "#") out.push(new Point(x, y));
  }
  return out;
}
function search(start: Point, goal: Point): { path: Point[]; visited: number } | null {
  const distance = (p: Point): number => Math.abs(p.x - goal.x) + Math.abs(p.y - goal.y);
  const open: Visit[] = [{ point: start, cost: 0, estimate: distance(start) }];
  const cameFrom = new Map<string, Point>();
  const best = new Map<string, number>([[start.key, 0]]);
  let visited = 0;
  while (open.length > 0) {
    open.sort((a, b) => a.estimate - b.estimate || b.cost - a.cost);
    const { point, cost } = open.shift()!;
    visited++;
    if (point.key === goal.key) {
      const path = [point];
      for (let at = cameFrom.get(point.key); at !== undefined; at = cameFrom.get(at.key)) path.unshift(at);
      return { path, visited };
    }
    for (const next of neighbours(point)) {
      const nextCost = cost + 1;
      if (nextCost >= (best.get(next.key) ?? Infinity)) continue;
      best.set(next.key, nextCost);
      cameFrom.set(next.key, point);
      open.push({ point: next, cost: nextCost, estimate: nextCost + distance(next) });
    }
  }
  return null;
}
const found = search(findTile("S"), findTile("G"));
if (found === null) {
  console.log("no way");
} else {
  const { path, visited } = found;
  const onPath = new Set(path.map((p) => p.key));
  console.log(path.length - 1, visited > path.length);
  maze.forEach((row, y) => {
    console.log([...row].map((tile, x) => (tile === "." && onPath.has(`${x},${y}`) ? "*" : tile)).join(""));
  });
}
console.log(search(new Point(0, 0), new Point(0, 6)) === null);
