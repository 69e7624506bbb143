// Dynamic programming: knapsack, coins, longest common subsequence, paths, collatz.
interface Thing {
  name: string;
  weight: number;
  value: number;
}
function knapsack(things: Thing[], capacity: number): { value: number; names: string[] } {
  const best: number[][] = Array.from({ length: things.length + 1 }, () => new Array<number>(capacity + 1).fill(0));
  for (let i = 1; i <= things.length; i++) {
    const { weight, value } = things[i - 1];
    for (let w = 0; w <= capacity; w++) {
      best[i][w] = best[i - 1][w];
      if (weight <= w) best[i][w] = Math.max(best[i][w], best[i - 1][w - weight] + value);
    }
  }
  const names: string[] = [];
  for (let i = things.length, w = capacity; i > 0; i--) {
    if (best[i][w] === best[i - 1][w]) continue;
    names.push(things[i - 1].name);
    w -= things[i - 1].weight;
  }
  return { value: best[things.length][capacity], names: names.reverse() };
}
console.log(knapsack([{ name: "gold", weight: 5, value: 60 }, { name: "book", weight: 3, value: 35 }, { name: "lamp", weight: 4, value: 40 }, { name: "rope", weight: 2, value: 20 }], 10));

function coins(amount: number, values: number[]): number[] | null {
  const used: (number | null)[] = new Array<number | null>(amount + 1).fill(null);
  const count: number[] = new Array<number>(amount + 1).fill(Infinity);
  count[0] = 0;
  for (let a = 1; a <= amount; a++) {
    for (const v of values) {
      if (v <= a && count[a - v] + 1 < count[a]) {
        count[a] = count[a - v] + 1;
        used[a] = v;
      }
    }
  }
  if (count[amount] === Infinity) return null;
  const out: number[] = [];
  for (let a = amount; a > 0; ) {
    const v = used[a]!;
    out.push(v);
    a -= v;
  }
  return out;
}
console.log(coins(63, [1, 5, 10, 21, 25]), coins(7, [5, 3]), coins(0, [2]));

function lcs(a: string, b: string): string {
  const memo = new Map<string, string>();
  const go = (i: number, j: number): string => {
    if (i === a.length || j === b.length) return "";
    const key = i + ":" + j;
    const known = memo.get(key);
    if (known !== undefined) return known;
    let result: string;
    if (a[i] === b[j]) {
      result = a[i] + go(i + 1, j + 1);
    } else {
      const left = go(i + 1, j);
      const right = go(i, j + 1);
      result = left.length >= right.length ? left : right;
    }
    memo.set(key, result);
    return result;
  };
  return go(0, 0);
}
console.log(lcs("AGGTAB", "GXTXAYB"), lcs("dynamic programming", "dramatic gaming"));
const paths = (rows: number, columns: number): number => {
  const row = new Array<number>(columns).fill(1);
  for (let r = 1; r < rows; r++) for (let c = 1; c < columns; c++) row[c] += row[c - 1];
  return row[columns - 1];
};
console.log(paths(3, 7), paths(18, 18), paths(1, 9));
const lengths = new Map<number, number>([[1, 1]]);
function collatz(n: number): number {
  const known = lengths.get(n);
  if (known !== undefined) return known;
  const length = 1 + collatz(n % 2 === 0 ? n / 2 : 3 * n + 1);
  lengths.set(n, length);
  return length;
}
let longest = 1;
for (let n = 1; n < 3000; n++) if (collatz(n) > collatz(longest)) longest = n;
console.log(longest, collatz(longest), lengths.size);
const triangle: number[][] = [[1]];
for (let r = 1; r < 8; r++) triangle.push([1, ...triangle[r - 1].slice(1).map((n, i) => n + triangle[r - 1][i]), 1]);
for (const row of triangle) console.log(" ".repeat((8 - row.length) * 2) + row.map((n) => String(n).padStart(3)).join(" "));
