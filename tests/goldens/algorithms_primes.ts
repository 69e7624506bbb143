// Sieve, factorisation, perfect numbers, gcd, modular powers, Goldbach.
function sieve(limit: number): number[] {
  const composite: boolean[] = new Array<boolean>(limit + 1).fill(false);
  const primes: number[] = [];
  for (let n = 2; n <= limit; n++) {
    if (composite[n]) continue;
    primes.push(n);
    for (let k = n * n; k <= limit; k += n) composite[k] = true;
  }
  return primes;
}
const primes = sieve(10000);
console.log(primes.length, primes.slice(0, 10), primes[primes.length - 1]);

function factors(n: number): Map<number, number> {
  const out = new Map<number, number>();
  for (const p of primes) {
    if (p * p > n) break;
    while (n % p === 0) {
      out.set(p, (out.get(p) ?? 0) + 1);
      n /= p;
    }
  }
  if (n > 1) out.set(n, (out.get(n) ?? 0) + 1);
  return out;
}
function show(n: number): string {
  return `${n} = ${[...factors(n)].map(([p, k]) => (k === 1 ? `${p}` : `${p}^${k}`)).join(" * ")}`;
}
for (const n of [60, 97, 1024, 9999, 123456]) console.log(show(n));
const divisorSum = (n: number): number => {
  let sum = 1;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) sum += d + (d * d === n ? 0 : n / d);
  return sum;
};
const perfect: number[] = [];
for (let n = 2; n < 2000; n++) if (divisorSum(n) === n) perfect.push(n);
console.log(perfect);
function modPow(base: number, exponent: number, modulus: number): number {
  let result = 1;
  let b = base % modulus;
  for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = (result * b) % modulus;
    b = (b * b) % modulus;
  }
  return result;
}
console.log(modPow(2, 100, 1000007), modPow(3, 45, 97), modPow(7, 0, 13));
const isPrime = new Set(primes);
const goldbach = (n: number): [number, number] | null => {
  for (const p of primes) if (p <= n / 2 && isPrime.has(n - p)) return [p, n - p];
  return null;
};
console.log([10, 28, 100, 5000].map(goldbach), goldbach(11));
const twins = primes.filter((p) => isPrime.has(p + 2)).length;
console.log(twins, primes.reduce((sum, p) => sum + p, 0));
