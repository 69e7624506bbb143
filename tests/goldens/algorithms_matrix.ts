// Matrices: product, transpose, determinant, inverse, power.
type Matrix = number[][];
function identity(n: number): Matrix {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
}
function multiply(a: Matrix, b: Matrix): Matrix {
  const out: Matrix = [];
  for (let i = 0; i < a.length; i++) {
    const row: number[] = [];
    for (let j = 0; j < b[0].length; j++) {
      let sum = 0;
      for (let k = 0; k < b.length; k++) sum += a[i][k] * b[k][j];
      row.push(sum);
    }
    out.push(row);
  }
  return out;
}
const transpose = (m: Matrix): Matrix => m[0].map((_, j) => m.map((row) => row[j]));
function determinant(m: Matrix): number {
  const a = m.map((row) => [...row]);
  let det = 1;
  for (let c = 0; c < a.length; c++) {
    let pivot = c;
    for (let r = c + 1; r < a.length; r++) if (Math.abs(a[r][c]) > Math.abs(a[pivot][c])) pivot = r;
    if (a[pivot][c] === 0) return 0;
    if (pivot !== c) {
      [a[pivot], a[c]] = [a[c], a[pivot]];
      det = -det;
    }
    det *= a[c][c];
    for (let r = c + 1; r < a.length; r++) {
      const factor = a[r][c] / a[c][c];
      for (let k = c; k < a.length; k++) a[r][k] -= factor * a[c][k];
    }
  }
  return det;
}
function power(m: Matrix, n: number): Matrix {
  if (n === 0) return identity(m.length);
  const half = power(m, Math.floor(n / 2));
  const square = multiply(half, half);
  return n % 2 === 0 ? square : multiply(square, m);
}
const m: Matrix = [[2, 0, 1], [1, 3, 2], [1, 1, 4]];
console.log(multiply(m, identity(3)), transpose(m), determinant(m).toFixed(6));
console.log(power([[1, 1], [1, 0]], 30), power(m, 3));
console.log(determinant([[1, 2], [2, 4]]), transpose([[1, 2, 3]]), multiply([[1, 2]], [[3], [4]]));
const rotation = (t: number): Matrix => [[Math.cos(t), -Math.sin(t)], [Math.sin(t), Math.cos(t)]];
const turned = multiply(rotation(Math.PI / 6), multiply(rotation(Math.PI / 3), [[1], [0]]));
console.log(turned.map((row) => row[0].toFixed(6)));
