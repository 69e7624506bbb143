// The eight queens: all solutions, one drawn, symmetric ones removed.
function solve(n: number): number[][] {
  const solutions: number[][] = [];
  const columns: boolean[] = new Array<boolean>(n).fill(false);
  const down: boolean[] = new Array<boolean>(2 * n).fill(false);
  const up: boolean[] = new Array<boolean>(2 * n).fill(false);
  const board: number[] = [];
  const place = (row: number): void => {
    if (row === n) {
      solutions.push([...board]);
      return;
    }
    for (let c = 0; c < n; c++) {
      if (columns[c] || down[row - c + n] || up[row + c]) continue;
      columns[c] = down[row - c + n] = up[row + c] = true;
      board.push(c);
      place(row + 1);
      board.pop();
      columns[c] = down[row - c + n] = up[row + c] = false;
    }
  };
  place(0);
  return solutions;
}
for (let n = 1; n <= 7; n++) console.log(n, solve(n).length);
const eight = solve(8);
console.log(eight.length, eight[0]);
for (const c of eight[0]) console.log(".".repeat(c) + "Q" + ".".repeat(7 - c));

const rotate = (s: number[]): number[] => {
  const out = new Array<number>(s.length).fill(0);
  s.forEach((c, r) => {
    out[c] = s.length - 1 - r;
  });
  return out;
};
const mirror = (s: number[]): number[] => s.map((c) => s.length - 1 - c);
const seen = new Set<string>();
let unique = 0;
for (const s of eight) {
  if (seen.has(s.join())) continue;
  unique++;
  let turned = s;
  for (let i = 0; i < 4; i++) {
    seen.add(turned.join());
    seen.add(mirror(turned).join());
    turned = rotate(turned);
  }
}
console.log(unique);
