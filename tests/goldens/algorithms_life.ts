// Conway's game of life: a glider, a blinker and a pulsar's period.
class Grid {
  private cells: boolean[];
  constructor(readonly width: number, readonly height: number) {
    this.cells = new Array<boolean>(width * height).fill(false);
  }
  static parse(rows: string[], padding = 0): Grid {
    const grid = new Grid(rows[0].length + 2 * padding, rows.length + 2 * padding);
    rows.forEach((row, y) => {
      for (let x = 0; x < row.length; x++) grid.set(x + padding, y + padding, row[x] === "#");
    });
    return grid;
  }
  get(x: number, y: number): boolean {
    const wx = (x + this.width) % this.width;
    const wy = (y + this.height) % this.height;
    return this.cells[wy * this.width + wx];
  }
  set(x: number, y: number, alive: boolean): void {
    this.cells[y * this.width + x] = alive;
  }
  step(): Grid {
    const next = new Grid(this.width, this.height);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        let n = 0;
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) {
            if ((dx !== 0 || dy !== 0) && this.get(x + dx, y + dy)) n++;
          }
        }
        next.set(x, y, n === 3 || (n === 2 && this.get(x, y)));
      }
    }
    return next;
  }
  get population(): number {
    return this.cells.filter((c) => c).length;
  }
  toString(): string {
    let out = "";
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) out += this.get(x, y) ? "#" : ".";
      out += "\n";
    }
    return out.trimEnd();
  }
}
let glider = Grid.parse([".#.", "..#", "###"], 2);
console.log(String(glider), glider.population);
for (let i = 0; i < 4; i++) glider = glider.step();
console.log(`${glider}`);
for (let i = 0; i < 24; i++) glider = glider.step();
console.log(glider.toString() === Grid.parse([".#.", "..#", "###"], 2).toString(), glider.population);

function period(start: Grid, limit: number): number {
  const first = start.toString();
  let grid = start;
  for (let i = 1; i <= limit; i++) {
    grid = grid.step();
    if (grid.toString() === first) return i;
  }
  return -1;
}
console.log(period(Grid.parse(["###"], 2), 10), period(Grid.parse(["##", "##"], 1), 5));
console.log(period(Grid.parse(["..###...###..", ".............", "#....#.#....#", "#....#.#....#", "#....#.#....#", "..###...###..",
  ".............", "..###...###..", "#....#.#....#", "#....#.#....#", "#....#.#....#", ".............", "..###...###.."], 2), 6));
