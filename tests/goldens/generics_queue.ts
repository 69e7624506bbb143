// A generic priority queue and a ring buffer, over several element types.
class PriorityQueue<T> {
  private heap: T[] = [];
  constructor(private before: (a: T, b: T) => boolean) {}
  get size(): number {
    return this.heap.length;
  }
  push(item: T): void {
    const heap = this.heap;
    let i = heap.length;
    heap.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(item, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = item;
  }
  pop(): T | undefined {
    const heap = this.heap;
    if (heap.length === 0) return undefined;
    const top = heap[0];
    const last = heap.pop() as T;
    if (heap.length > 0) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && this.before(heap[child + 1], heap[child])) child++;
        if (!this.before(heap[child], last)) break;
        heap[i] = heap[child];
        i = child;
      }
      heap[i] = last;
    }
    return top;
  }
}
const numbers = new PriorityQueue<number>((a, b) => a < b);
for (const n of [5, 3, 9, 1, 7, 3]) numbers.push(n);
const drained: number[] = [];
while (numbers.size > 0) drained.push(numbers.pop() ?? NaN);
console.log(drained, numbers.pop());
const jobs = new PriorityQueue<{ name: string; priority: number }>((a, b) => a.priority > b.priority);
jobs.push({ name: "low", priority: 1 });
jobs.push({ name: "high", priority: 9 });
jobs.push({ name: "mid", priority: 5 });
console.log(jobs.pop()?.name, jobs.pop()?.name, jobs.size);

class Ring<T> {
  private slots: (T | undefined)[];
  private start = 0;
  private count = 0;
  constructor(capacity: number) {
    this.slots = new Array<T | undefined>(capacity).fill(undefined);
  }
  push(item: T): T | undefined {
    const at = (this.start + this.count) % this.slots.length;
    const dropped = this.slots[at];
    this.slots[at] = item;
    if (this.count < this.slots.length) this.count++;
    else this.start = (this.start + 1) % this.slots.length;
    return dropped;
  }
  toArray(): T[] {
    const out: T[] = [];
    for (let i = 0; i < this.count; i++) out.push(this.slots[(this.start + i) % this.slots.length] as T);
    return out;
  }
}
const ring = new Ring<string>(3);
console.log(["a", "b", "c", "d", "e"].map((s) => ring.push(s)), ring.toArray());
