// Classes that refer to each other: a doubly linked list and a tree with parents.
class ListNode<T> {
  prev: ListNode<T> | null = null;
  next: ListNode<T> | null = null;
  constructor(public value: T) {}
}
class LinkedList<T> {
  private head: ListNode<T> | null = null;
  private tail: ListNode<T> | null = null;
  size = 0;
  push(value: T): ListNode<T> {
    const node = new ListNode(value);
    if (this.tail === null) {
      this.head = node;
    } else {
      this.tail.next = node;
      node.prev = this.tail;
    }
    this.tail = node;
    this.size++;
    return node;
  }
  remove(node: ListNode<T>): void {
    if (node.prev) node.prev.next = node.next;
    else this.head = node.next;
    if (node.next) node.next.prev = node.prev;
    else this.tail = node.prev;
    this.size--;
  }
  toArray(backwards = false): T[] {
    const out: T[] = [];
    let node = backwards ? this.tail : this.head;
    while (node !== null) {
      out.push(node.value);
      node = backwards ? node.prev : node.next;
    }
    return out;
  }
}
const list = new LinkedList<string>();
const nodes = ["a", "b", "c", "d"].map((s) => list.push(s));
list.remove(nodes[1]);
list.remove(nodes[3]);
list.push("e");
console.log(list.toArray(), list.toArray(true), list.size);
list.remove(nodes[0]);
console.log(list.toArray().join(), nodes[2].prev === null, nodes[2].next?.value);

class Tree {
  children: Tree[] = [];
  constructor(readonly name: string, readonly parent: Tree | null = null) {
    parent?.children.push(this);
  }
  path(): string {
    return this.parent === null ? this.name : this.parent.path() + "/" + this.name;
  }
  depth(): number {
    let depth = 0;
    for (let at = this.parent; at !== null; at = at.parent) depth++;
    return depth;
  }
  count(): number {
    return 1 + this.children.reduce((n, child) => n + child.count(), 0);
  }
}
const root = new Tree("root");
const usr = new Tree("usr", root);
const bin = new Tree("bin", usr);
new Tree("lib", usr);
console.log(bin.path(), bin.depth(), root.count(), usr.children.map((c) => c.name));
