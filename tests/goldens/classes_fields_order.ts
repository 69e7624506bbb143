// When field initialisers and constructor bodies run, along a chain.
const log: string[] = [];
function note(text: string): string {
  log.push(text);
  return text;
}
class Base {
  a = note("base field a");
  b: string;
  constructor() {
    note("base body, a=" + this.a);
    this.b = note("base field b");
    this.init();
  }
  init(): void {
    note("base init");
  }
}
class Derived extends Base {
  c = note("derived field c");
  d = this.c + "/" + this.a;
  constructor(public e: string) {
    super();
    note("derived body " + this.e + " " + this.d);
  }
  init(): void {
    note("derived init");
  }
}
class Last extends Derived {
  f = note("last field f");
  static g = note("static g");
  static {
    note("static block " + Last.g);
  }
}
note("before");
const last = new Last("E");
for (const line of log) console.log(line);
console.log(last);
console.log(last.f, last.e);

class Node2 {
  next: Node2 | null = null;
  value: number;
  constructor(value: number) {
    this.value = value;
  }
}
const head = new Node2(1);
head.next = new Node2(2);
head.next.next = new Node2(3);
head.next.next.next = new Node2(4);
console.log(head);
