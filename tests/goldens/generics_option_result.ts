// Option and Result types built from generics and unions.
type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };
function ok<T>(value: T): Result<T, never> {
  return { ok: true, value };
}
function fail<E>(error: E): Result<never, E> {
  return { ok: false, error };
}
function parseNumber(text: string): Result<number, string> {
  const n = Number(text);
  return text === "" || Number.isNaN(n) ? fail(`not a number: "${text}"`) : ok(n);
}
function mapResult<T, U, E>(r: Result<T, E>, f: (t: T) => U): Result<U, E> {
  return r.ok ? ok(f(r.value)) : r;
}
function sumAll(texts: string[]): Result<number, string> {
  let sum = 0;
  for (const text of texts) {
    const r = parseNumber(text);
    if (!r.ok) return r;
    sum += r.value;
  }
  return ok(sum);
}
console.log(parseNumber("12"), parseNumber("x"));
console.log(mapResult(parseNumber("4"), (n) => n * n), mapResult(parseNumber(""), (n) => n * n));
console.log(sumAll(["1", "2", "3.5"]), sumAll(["1", "two", "three"]));

abstract class Option<T> {
  abstract map<U>(f: (t: T) => U): Option<U>;
  abstract getOrElse(fallback: T): T;
}
class Some<T> extends Option<T> {
  constructor(readonly value: T) {
    super();
  }
  map<U>(f: (t: T) => U): Option<U> {
    return new Some(f(this.value));
  }
  getOrElse(_fallback: T): T {
    return this.value;
  }
}
class None<T> extends Option<T> {
  map<U>(_f: (t: T) => U): Option<U> {
    return new None<U>();
  }
  getOrElse(fallback: T): T {
    return fallback;
  }
}
function head<T>(list: T[]): Option<T> {
  return list.length > 0 ? new Some(list[0]) : new None<T>();
}
console.log(head([5, 6]).map((n) => n + 1).getOrElse(0), head<number>([]).map((n) => n + 1).getOrElse(-1));
console.log(head(["a"]).map((s) => s.length), head([]));
