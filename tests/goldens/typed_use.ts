// Typed arrays among everything else: variables, fields, closures, unions, generic code, loops, out of range.

class Histogram {
  readonly counts = new Uint32Array(4);
  private static readonly weights: Float64Array = Float64Array.of(0.5, 0.25, 0.125, 0.0625);

  add(value: number): void {
    this.counts[Math.min(3, Math.floor(value))]++;
  }

  weighted(): number {
    return this.counts.reduce((sum, count, i) => sum + count * Histogram.weights[i], 0);
  }
}
const h = new Histogram();
for (let i = 0; i < 40; i++) h.add((i * 7) % 5);
console.log(h.counts, h.weighted());

function mean(values: Uint8Array | Float64Array | Int32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  for (const value of values) sum += value;
  return sum / 2 / values.length;
}
console.log(mean(new Uint8Array([1, 2, 3])), mean(new Float64Array([0.5, 1.5])), mean(new Int32Array([-7])));

function describe(value: number[] | Uint8Array | Float32Array | string | undefined): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return "text " + value.length;
  if (value instanceof Uint8Array) return "bytes " + value.length + " " + value[0];
  if (value instanceof Float32Array) return "floats " + value.join("|");
  return "numbers " + value.length;
}
console.log(describe([1]), describe(new Uint8Array([7, 8])), describe(new Float32Array([1.5])), describe("ab"), describe(undefined));

function change(values: Uint8Array | Int16Array, at: number, by: number): Uint8Array | Int16Array {
  values[at] += by;
  values[0] = -1;
  return values.slice(0, 3).reverse();
}
console.log(change(new Uint8Array(3), 2, 300), change(new Int16Array(3), 2, 300));

function first<T>(items: T[]): T {
  return items[0];
}
const rows = [new Uint8Array([1, 2]), new Uint8Array([3, 4])];
console.log(first(rows)[1], rows.map((row) => row[0]), rows[1][0]);
rows[1][0] = 99;
console.log(rows, rows.includes(first(rows)), rows.indexOf(new Uint8Array([1, 2])));

const byKey = new Map<Uint8Array, string>();
byKey.set(rows[0], "first");
console.log(byKey.get(rows[0]), byKey.get(new Uint8Array([1, 2])), byKey.has(rows[1]));

let maybe: Int8Array | null = null;
console.log(maybe === null, (maybe as Int8Array | null)?.length ?? "none");
maybe = new Int8Array([1, 2]);
const [x, y] = maybe;
console.log(x, y, maybe?.[1], maybe[5] === undefined, maybe[5] ?? "none", maybe[-1] ?? "below", maybe[0.5] ?? "between");
if (maybe[7]) console.log("never");
if (maybe[0]) console.log("there");
console.log(Math.max(...maybe), [...maybe, ...new Float32Array([0.5])], Math.min(...new Uint8Array([4, 2])));
const list: number[] = [];
list.push(...maybe);
console.log(list, typeof maybe, maybe instanceof Int8Array, Array.isArray(maybe));
const anything: unknown = maybe;
console.log(anything instanceof Int8Array, anything instanceof Uint8Array, anything instanceof Array, typeof anything);
if (anything instanceof Int8Array) console.log(anything.length, anything[0]);
console.log(maybe === anything, new Int8Array([1]) === new Int8Array([1]));

const primes: number[] = [];
const sieve = new Uint8Array(50);
for (let p = 2; p < sieve.length; p++) {
  if (sieve[p]) continue;
  primes.push(p);
  for (let multiple = p * p; multiple < sieve.length; multiple += p) sieve[multiple] = 1;
}
console.log(primes.join(" "));

function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      out[i * n + j] = sum;
    }
  }
  return out;
}
console.log(multiply(Float64Array.of(1, 2, 3, 4), Float64Array.of(0.5, 0, 0, 0.25), 2));

const counter = new Int32Array(1);
const bump = (): number => ++counter[0];
bump();
bump();
console.log(counter, bump());

async function later(bytes: Uint8Array): Promise<Uint8Array> {
  await null;
  bytes[0] ^= 0xff;
  return bytes.slice(0, 1);
}
const data = new Uint8Array([0x0f, 1]);
later(data).then((part) => console.log(part, data));

let hash = 0x811c9dc5;
for (const byte of Uint8Array.from([..."typed arrays"], (c) => c.charCodeAt(0))) {
  hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
}
console.log(hash.toString(16));

function lengths(some: number[] | Uint8Array | Float64Array, other: string | number[]): string {
  return some.length + " " + other.length + " " + new Int8Array(some).join();
}
console.log(lengths([1, 300], "abc"), lengths(new Uint8Array([200]), [1, 2]), lengths(new Float64Array(1), ""));

for (const key in new Uint8Array(3)) console.log(key, typeof key);
const { length } = new Float32Array(5);
console.log(length);
const [head, ...tail] = new Int16Array([1, 2, 3]);
console.log(head, tail, tail instanceof Array);
let [p, q] = new Uint8Array([7, 8]);
[p, q] = [q, p];
console.log(p, q);
const table: { rows: Int8Array[] } = { rows: [new Int8Array(2)] };
table.rows[0][1] -= 3;
table.rows[0][0] ||= 5;
table.rows[0][0] &&= 6;
console.log(table.rows);
