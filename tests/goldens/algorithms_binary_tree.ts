// A binary search tree and an AVL tree, generic over their keys.
class TreeNode<K, V> {
  left: TreeNode<K, V> | null = null;
  right: TreeNode<K, V> | null = null;
  height = 1;
  constructor(readonly key: K, public value: V) {}
}
class AvlTree<K, V> {
  private root: TreeNode<K, V> | null = null;
  size = 0;
  constructor(private compare: (a: K, b: K) => number) {}
  set(key: K, value: V): this {
    this.root = this.insert(this.root, key, value);
    return this;
  }
  get(key: K): V | undefined {
    let at = this.root;
    while (at !== null) {
      const order = this.compare(key, at.key);
      if (order === 0) return at.value;
      at = order < 0 ? at.left : at.right;
    }
    return undefined;
  }
  get height(): number {
    return this.heightOf(this.root);
  }
  entries(): [K, V][] {
    const out: [K, V][] = [];
    const walk = (n: TreeNode<K, V> | null): void => {
      if (n === null) return;
      walk(n.left);
      out.push([n.key, n.value]);
      walk(n.right);
    };
    walk(this.root);
    return out;
  }
  private heightOf(n: TreeNode<K, V> | null): number {
    return n?.height ?? 0;
  }
  private insert(n: TreeNode<K, V> | null, key: K, value: V): TreeNode<K, V> {
    if (n === null) {
      this.size++;
      return new TreeNode(key, value);
    }
    const order = this.compare(key, n.key);
    if (order === 0) n.value = value;
    else if (order < 0) n.left = this.insert(n.left, key, value);
    else n.right = this.insert(n.right, key, value);
    return this.balance(n);
  }
  private balance(n: TreeNode<K, V>): TreeNode<K, V> {
    n.height = 1 + Math.max(this.heightOf(n.left), this.heightOf(n.right));
    const tilt = this.heightOf(n.left) - this.heightOf(n.right);
    if (tilt > 1 && n.left !== null) {
      if (this.heightOf(n.left.left) < this.heightOf(n.left.right)) n.left = this.rotate(n.left, false);
      return this.rotate(n, true);
    }
    if (tilt < -1 && n.right !== null) {
      if (this.heightOf(n.right.right) < this.heightOf(n.right.left)) n.right = this.rotate(n.right, true);
      return this.rotate(n, false);
    }
    return n;
  }
  private rotate(n: TreeNode<K, V>, toRight: boolean): TreeNode<K, V> {
    const up = (toRight ? n.left : n.right)!;
    if (toRight) {
      n.left = up.right;
      up.right = n;
    } else {
      n.right = up.left;
      up.left = n;
    }
    n.height = 1 + Math.max(this.heightOf(n.left), this.heightOf(n.right));
    up.height = 1 + Math.max(this.heightOf(up.left), this.heightOf(up.right));
    return up;
  }
}
const numbers = new AvlTree<number, string>((a, b) => a - b);
for (let i = 0; i < 1000; i++) numbers.set((i * 37) % 1000, "v" + i);
console.log(numbers.size, numbers.height, numbers.get(37), numbers.get(1000), numbers.entries().slice(0, 3));
const words = new AvlTree<string, number>((a, b) => (a < b ? -1 : a > b ? 1 : 0));
"the quick brown fox jumps over the lazy dog the end".split(" ").forEach((w) => words.set(w, (words.get(w) ?? 0) + 1));
console.log(words.entries(), words.height);

function build(depth: number): TreeNode<number, null> | null {
  if (depth === 0) return null;
  const n = new TreeNode<number, null>(depth, null);
  n.left = build(depth - 1);
  n.right = build(depth - 1);
  return n;
}
const check = (n: TreeNode<number, null> | null): number => (n === null ? 0 : 1 + check(n.left) + check(n.right));
let total = 0;
for (let i = 0; i < 20; i++) total += check(build(8));
console.log(total, check(build(12)));
