// Making, reading, growing and shrinking arrays.
const xs = [3, 1, 2];
xs.push(5);
console.log(xs.push(8, 13), xs, xs.length);
console.log(xs.pop(), xs.shift(), xs.unshift(0, -1), xs);
xs[xs.length] = 99;
xs[0] = 7;
console.log(xs, xs.indexOf(99), xs.indexOf(1000), xs.includes(2), xs.lastIndexOf(7));
const empty: string[] = [];
console.log(empty.pop(), empty.shift(), empty.length, empty);
console.log(xs.at(-1), xs.at(-100), xs.slice(1, 3), xs.slice(-2), xs.slice());

const grid: number[][] = [];
for (let y = 0; y < 3; y++) {
  const row: number[] = [];
  for (let x = 0; x < 4; x++) row.push(x * y);
  grid.push(row);
}
grid[1][2] += 10;
console.log(grid, grid[2].length);
console.log(grid.map((row) => row.reduce((a, b) => a + b, 0)));

const flags = [true, false];
flags.push(true);
console.log(flags, flags.filter((f) => f).length);
const names: (string | null)[] = ["a", null];
names.push("c");
console.log(names, names.length);
const zeros = new Array<number>(5).fill(0);
const dots = new Array<string>(3).fill(".");
console.log(zeros, dots.join(""), Array.of(1, 2, 3), Array.isArray(zeros));
const alias = xs;
alias.length = 2;
console.log(xs, xs === alias, [1].join() === [1].join());

function isArray(value: unknown): boolean {
  return value instanceof Array;
}
console.log([1, 2] instanceof Array, ["a"] instanceof Array, [true] instanceof Array, [1, "a"] instanceof Array);
console.log(isArray([1]), isArray(["a"]), isArray("a"), isArray(null), isArray({ length: 1 }), isArray(new Map()));
