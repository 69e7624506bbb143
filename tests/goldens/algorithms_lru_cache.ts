// An LRU cache over a linked list and a map, and one over the map's own order.
class Node2<K, V> {
  prev: Node2<K, V> | null = null;
  next: Node2<K, V> | null = null;
  constructor(readonly key: K, public value: V) {}
}
class LinkedLru<K, V> {
  private nodes = new Map<K, Node2<K, V>>();
  private newest: Node2<K, V> | null = null;
  private oldest: Node2<K, V> | null = null;
  hits = 0;
  misses = 0;
  constructor(private readonly capacity: number) {}
  get(key: K): V | undefined {
    const node = this.nodes.get(key);
    if (node === undefined) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    this.unlink(node);
    this.linkNewest(node);
    return node.value;
  }
  set(key: K, value: V): void {
    const existing = this.nodes.get(key);
    if (existing) {
      existing.value = value;
      this.unlink(existing);
      this.linkNewest(existing);
      return;
    }
    if (this.nodes.size === this.capacity && this.oldest !== null) {
      this.nodes.delete(this.oldest.key);
      this.unlink(this.oldest);
    }
    const node = new Node2(key, value);
    this.nodes.set(key, node);
    this.linkNewest(node);
  }
  keys(): K[] {
    const out: K[] = [];
    for (let at = this.newest; at !== null; at = at.next) out.push(at.key);
    return out;
  }
  private unlink(node: Node2<K, V>): void {
    if (node.prev) node.prev.next = node.next;
    else this.newest = node.next;
    if (node.next) node.next.prev = node.prev;
    else this.oldest = node.prev;
    node.prev = node.next = null;
  }
  private linkNewest(node: Node2<K, V>): void {
    node.next = this.newest;
    if (this.newest) this.newest.prev = node;
    this.newest = node;
    this.oldest ??= node;
  }
}
class MapLru<K, V> {
  private map = new Map<K, V>();
  constructor(private readonly capacity: number) {}
  get(key: K): V | undefined {
    const value = this.map.get(key);
    if (value !== undefined) {
      this.map.delete(key);
      this.map.set(key, value);
    }
    return value;
  }
  set(key: K, value: V): void {
    this.map.delete(key);
    this.map.set(key, value);
    if (this.map.size > this.capacity) {
      for (const oldest of this.map.keys()) {
        this.map.delete(oldest);
        break;
      }
    }
  }
  keys(): K[] {
    return [...this.map.keys()].reverse();
  }
}
const a = new LinkedLru<string, number>(3);
const b = new MapLru<string, number>(3);
for (const [i, key] of ["x", "y", "z", "x", "w", "y", "y", "v", "x"].entries()) {
  const found = a.get(key);
  if (found !== b.get(key)) console.log("differ at", key);
  if (found === undefined) {
    a.set(key, i);
    b.set(key, i);
  }
  console.log(key, found ?? "miss", a.keys().join(""), b.keys().join(""));
}
console.log(a.hits, a.misses);
const numbers = new MapLru<number, string>(100);
let misses = 0;
for (let i = 0; i < 5000; i++) {
  const k = (i * i) % 157;
  if (numbers.get(k) === undefined) {
    misses++;
    numbers.set(k, "v" + k);
  }
}
console.log(misses, numbers.keys().length);
