// Functions among printed values: by name, anonymous, in objects and arrays.
function named(a: number): number {
  return a;
}
const arrow = (): void => {};
const renamed = named;
class Button {
  label = "ok";
  onClick = (): string => this.label;
  private handlers: (() => void)[] = [];
  on(f: () => void): this {
    this.handlers.push(f);
    return this;
  }
}
console.log(named, arrow, () => 1, renamed);
console.log([named, arrow, () => 2], { f: named, g: () => 2, h: arrow });
console.log(new Button());
console.log(new Button().on(arrow).on(() => {}));
console.log(new Map([["k", named]]), typeof named, named === renamed);
console.log({ method() {}, nested: { inner: (x: number): number => x } });
console.log(JSON.stringify({ f: named, n: 1, list: [arrow, 2] }));
