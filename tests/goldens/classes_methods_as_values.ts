// Methods in callbacks, arrow-function fields and `this`.
class Button {
  clicks = 0;
  private handlers: ((count: number) => void)[] = [];
  handleClick = (): void => {
    this.clicks++;
    for (const handler of this.handlers) handler(this.clicks);
  };
  onClick(handler: (count: number) => void): () => void {
    this.handlers.push(handler);
    return () => {
      this.handlers = this.handlers.filter((h) => h !== handler);
    };
  }
}
const button = new Button();
const press = button.handleClick;
const history: string[] = [];
const off = button.onClick((n) => history.push("first " + n));
button.onClick((n) => history.push("second " + n));
press();
press();
off();
press();
console.log(button.clicks, history);

class Pipeline {
  private steps: ((n: number) => number)[] = [];
  add(step: (n: number) => number): Pipeline {
    this.steps.push(step);
    return this;
  }
  run(n: number): number {
    return this.steps.reduce((value, step) => step(value), n);
  }
}
class Scaler {
  constructor(private factor: number) {}
  asStep(): (n: number) => number {
    return (n) => n * this.factor;
  }
}
const pipeline = new Pipeline().add((n) => n + 1).add(new Scaler(10).asStep()).add(Math.sqrt).add(Math.floor);
console.log([0, 1, 5, 99].map((n) => pipeline.run(n)));

class Lazy<T> {
  private cached: T | undefined = undefined;
  runs = 0;
  constructor(private make: () => T) {}
  get(): T {
    if (this.cached === undefined) {
      this.runs++;
      this.cached = this.make();
    }
    return this.cached;
  }
}
const lazy = new Lazy(() => ["made"]);
console.log(lazy.get(), lazy.get() === lazy.get(), lazy.runs);
