// Throws an error of its own once it has had enough.
class Tantrum extends Error {
  constructor(readonly patience: number) {
    super(`lost patience after ${patience} ticks`);
    this.name = "Tantrum";
  }
}

let patience = 0;

export function init(seed: number): void {
  patience = 200 + (seed % 7);
}

function endure(n: number): number {
  if (n >= patience) throw new Tantrum(patience);
  return n * 1.5;
}

export function tick(n: number): number {
  return endure(n);
}
