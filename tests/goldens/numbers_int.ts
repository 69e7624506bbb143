// `int` counters, indices and divisions behave as numbers do within their range.
function gcd(a: int, b: int): int {
  while (b !== 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

function digits(n: int): int[] {
  const out: int[] = [];
  do {
    out.push(n % 10);
    n = Math.floor(n / 10);
  } while (n > 0);
  return out.reverse();
}

class Counter {
  private hits: int = 0;
  step: int;
  constructor(step: int) {
    this.step = step;
  }
  hit(): int {
    this.hits += this.step;
    return this.hits;
  }
}

console.log(gcd(48, 36), gcd(17, 5), gcd(0, 9));
console.log(digits(90210), digits(7), digits(0));
const counter = new Counter(3);
counter.hit();
counter.hit();
console.log(counter.hit(), counter.step);

const half: number = 7 / 2;
const whole: int = Math.floor(half);
let sum: int = 0;
for (let i: int = 1; i <= 100; i++) sum += i;
console.log(half, whole, sum, sum / 8, -whole, whole * whole);
const table: int[] = [];
for (let i: int = 0; i < 5; i++) table.push(i * i - 2 * i);
console.log(table, table.indexOf(3), Math.max(...table));
