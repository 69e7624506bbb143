// Lazy-looking pipelines with classes instead of generators.
interface Source<T> {
  next(): T | null;
}
class Range implements Source<number> {
  private at: number;
  constructor(from: number, private to: number, private step = 1) {
    this.at = from;
  }
  next(): number | null {
    if (this.at >= this.to) return null;
    const value = this.at;
    this.at += this.step;
    return value;
  }
}
class Pipe<T> implements Source<T> {
  pulls = 0;
  constructor(private pull: () => T | null) {}
  static of<T>(source: Source<T>): Pipe<T> {
    return new Pipe(() => source.next());
  }
  next(): T | null {
    this.pulls++;
    return this.pull();
  }
  map<U>(f: (t: T) => U): Pipe<U> {
    return new Pipe(() => {
      const value = this.next();
      return value === null ? null : f(value);
    });
  }
  filter(test: (t: T) => boolean): Pipe<T> {
    return new Pipe(() => {
      for (let value = this.next(); value !== null; value = this.next()) if (test(value)) return value;
      return null;
    });
  }
  take(n: number): Pipe<T> {
    let left = n;
    return new Pipe(() => (left-- > 0 ? this.next() : null));
  }
  chunk(size: number): Pipe<T[]> {
    return new Pipe(() => {
      const out: T[] = [];
      while (out.length < size) {
        const value = this.next();
        if (value === null) break;
        out.push(value);
      }
      return out.length === 0 ? null : out;
    });
  }
  collect(): T[] {
    const out: T[] = [];
    for (let value = this.next(); value !== null; value = this.next()) out.push(value);
    return out;
  }
}
const source = Pipe.of(new Range(1, 1000000));
const result = source.filter((n) => n % 3 === 0).map((n) => n * n).filter((n) => n % 2 === 1).take(5).collect();
console.log(result, source.pulls);
console.log(Pipe.of(new Range(0, 7)).chunk(3).collect(), Pipe.of(new Range(0, 1, 0.25)).map((n) => `<${n}>`).collect());
const pairs = Pipe.of(new Range(0, 3)).map((n): [number, string] => [n, "x".repeat(n)]).collect();
console.log(pairs, new Map(pairs));
