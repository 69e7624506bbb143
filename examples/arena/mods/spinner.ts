// Behaves for a while, then never comes back from a call.
let spins = 0;

export function init(_seed: number): void {
  spins = 0;
}

export function tick(n: number): number {
  if (n >= 50) {
    while (true) spins++;
  }
  return n;
}
