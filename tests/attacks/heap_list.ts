// A linked list grows for ever.
// fails: heap limit exceeded
class Node {
  constructor(readonly value: number, readonly next: Node | undefined) {}
}

export function main(): void {
  let list: Node | undefined;
  for (let i = 0; ; i++) list = new Node(i, list);
}
