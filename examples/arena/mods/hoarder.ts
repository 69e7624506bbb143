// Keeps everything it ever makes, until its heap is full.
class Memory {
  readonly bytes: number[] = [];
  constructor(readonly label: string, size: number) {
    for (let i = 0; i < size; i++) this.bytes.push(i);
  }
}

const memories = new Map<string, Memory>();

export function init(_seed: number): void {
  memories.clear();
}

export function tick(n: number): number {
  memories.set(`tick ${n}`, new Memory("m".repeat(n % 10), 500));
  if (n >= 100) {
    const hoard: Memory[] = [];
    for (;;) hoard.push(new Memory("more", 100));
  }
  return memories.size;
}
