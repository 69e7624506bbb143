// The classes behind the built-in types, compiled with every program; only what is reachable is emitted.
//
// A method or function with a body is Raya code. Without one it is an intrinsic, known to the lowering by its
// qualified name and described in INTRINSICS.md. Nothing native calls back into Raya code, so whatever takes a
// function has a body here. `this` is `T[]` in `Array<T>`, and `string`, `number`, `boolean` in those classes;
// their `length` belongs to the language and is not declared.
//
// Several members of one name, each with a body or each without, are overloads: the first whose parameters
// accept the call is taken. Names that begin with `__` are hidden from programs.

// ---------------------------------------------------------------------------------------------- primitives

declare function __arrayNew<T>(length: number): T[];
declare function __arraySetLength<T>(array: T[], length: number): void;
declare function __arrayCopy<T>(target: T[], at: number, source: T[], from: number, count: number): void;
declare function __arrayFill<T>(array: T[], value: T, start: number, end: number): void;
declare function __arrayIndexOf<T>(array: T[], value: T, from: number, sameValueZero: boolean): number;
declare function __zero<T>(): T;

declare function __typedLike<A>(array: __TypedArray<A>, length: number): __TypedArray<A>;
declare function __elementBytes<A>(array: __TypedArray<A>): number;
declare function __typedFill<A>(array: __TypedArray<A>, value: number, start: number, end: number): void;
declare function __typedCopy<A>(target: __TypedArray<A>, at: number, source: object, from: number, count: number): void;
declare function __typedReverse<A>(array: __TypedArray<A>): void;
declare function __typedSort<A>(array: __TypedArray<A>): void;
declare function __typedIndexOf<A>(array: __TypedArray<A>, value: number, from: number, sameValueZero: boolean): number;

declare function __plusZero<K>(key: K): K;

// A type as a value: where a parameter of this type is left out, the call passes what `T` is there, for checks at run time.
declare class __Type<T> {}

declare class __HashIndex {}
declare function __hashNew(): __HashIndex;
declare function __hashFind<K>(index: __HashIndex, keys: K[], key: K): number;
declare function __hashInsert<K>(index: __HashIndex, keys: K[], key: K, entry: number): void;
declare function __hashRemove<K>(index: __HashIndex, keys: K[], key: K): number;
declare function __hashClear(index: __HashIndex): void;

declare function __charString(unit: number): string;
declare function __codePointString(point: number): string;
declare function __codePointAt(text: string, index: number): number;
declare function __join(parts: string[], separator: string): string;
declare function __replace(text: string, search: string, replacement: string, all: boolean): string;
declare function __trim(text: string, start: boolean, end: boolean): string;
declare function __split(text: string, separator: string): string[];
declare function __parseInt(text: string, radix: number): number;

declare function __inspect(value: unknown): string;
declare function __print(level: number, text: string): void;
declare function __json(value: unknown, indent: string): string;

declare function __promiseNew<T>(): Promise<T>;
declare function __promiseResolve<T>(promise: Promise<T>, value: T | Promise<T>): void;
declare function __promiseReject<T>(promise: Promise<T>, reason: unknown): void;
declare function __sleep(milliseconds: number): Promise<void>;

declare function __stackTrace(): string;

// --------------------------------------------------------------------------------------------------- errors

class Error {
  name: string = "Error";
  message: string;
  cause: unknown;
  __trace: string = __stackTrace();

  constructor(message: string = "", options?: { cause?: unknown }) {
    this.message = message;
    this.cause = options === undefined ? undefined : options.cause;
  }

  get stack(): string {
    return this.toString() + "\n" + this.__trace;
  }

  toString(): string {
    if (this.message === "") return this.name;
    return this.name === "" ? this.message : this.name + ": " + this.message;
  }
}

class TypeError extends Error {
  constructor(message: string = "", options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TypeError";
  }
}

class RangeError extends Error {
  constructor(message: string = "", options?: { cause?: unknown }) {
    super(message, options);
    this.name = "RangeError";
  }
}

class AggregateError extends Error {
  errors: unknown[];

  constructor(errors: unknown[], message: string = "") {
    super(message);
    this.name = "AggregateError";
    this.errors = errors;
  }
}

// ------------------------------------------------------------------------------------------------ iteration

type IteratorResult<T> = { done: false; value: T } | { done: true; value: undefined };

// What `keys()`, `values()` and `entries()` return. `for … of` and spread call `__advance` and read `__current`.
abstract class IterableIterator<T> {
  __current: T = __zero<T>();

  abstract __advance(): boolean;

  next(): IteratorResult<T> {
    if (this.__advance()) return { done: false, value: this.__current };
    return { done: true, value: undefined };
  }

  __toArray(): T[] {
    const out: T[] = [];
    while (this.__advance()) out.push(this.__current);
    return out;
  }
}

class __ArrayKeys<T> extends IterableIterator<number> {
  __array: T[];
  __at: number = 0;

  constructor(array: T[]) {
    super();
    this.__array = array;
  }

  __advance(): boolean {
    if (this.__at >= this.__array.length) return false;
    this.__current = this.__at++;
    return true;
  }
}

class __ArrayValues<T> extends IterableIterator<T> {
  __array: T[];
  __at: number = 0;

  constructor(array: T[]) {
    super();
    this.__array = array;
  }

  __advance(): boolean {
    if (this.__at >= this.__array.length) return false;
    this.__current = this.__array[this.__at++];
    return true;
  }
}

class __ArrayEntries<T> extends IterableIterator<[number, T]> {
  __array: T[];
  __at: number = 0;

  constructor(array: T[]) {
    super();
    this.__array = array;
  }

  __advance(): boolean {
    if (this.__at >= this.__array.length) return false;
    this.__current = [this.__at, this.__array[this.__at]];
    this.__at++;
    return true;
  }
}

// --------------------------------------------------------------------------------------------------- arrays

// Appends `source` to `target`: what a spread in a call of `push` or in an array literal becomes.
function __arrayAppend<T>(target: T[], source: T[]): number {
  const at = target.length;
  const count = source.length;
  __arraySetLength(target, at + count);
  __arrayCopy(target, at, source, 0, count);
  return at + count;
}

// An index as `slice` and its kin take it: negative counts from the end, clamped to 0 … length.
function __relativeIndex(index: number, length: number): number {
  const whole = index !== index ? 0 : Math.trunc(index);
  if (whole < 0) return whole + length < 0 ? 0 : whole + length;
  return whole > length ? length : whole;
}

function __slice<T>(source: T[], from: number, to: number): T[] {
  const count = to > from ? to - from : 0;
  const out = __arrayNew<T>(count);
  __arrayCopy(out, 0, source, from, count);
  return out;
}

// Sorts `items` in place, stably: runs of eight by insertion, then merging pairs of runs back and forth.
function __mergeSort<T>(items: T[], compare: (a: T, b: T) => number): void {
  const n = items.length;
  for (let start = 0; start < n; start += 8) {
    const end = start + 8 < n ? start + 8 : n;
    for (let i = start + 1; i < end; i++) {
      const item = items[i];
      let at = i;
      while (at > start && compare(items[at - 1], item) > 0) {
        items[at] = items[at - 1];
        at--;
      }
      items[at] = item;
    }
  }
  if (n <= 8) return;
  let source = items;
  let target = __arrayNew<T>(n);
  for (let width = 8; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      __merge(source, target, start, start + width, start + 2 * width, compare);
    }
    const other = source;
    source = target;
    target = other;
  }
  if (source !== items) __arrayCopy(items, 0, source, 0, n);
}

// Merges source[start, middle) and source[middle, end), each sorted, into target; both ends may lie past the array.
function __merge<T>(
  source: T[], target: T[], start: number, middle: number, end: number, compare: (a: T, b: T) => number,
): void {
  const n = source.length;
  const leftEnd = middle < n ? middle : n;
  const rightEnd = end < n ? end : n;
  if (leftEnd >= rightEnd || compare(source[leftEnd - 1], source[leftEnd]) <= 0) {
    __arrayCopy(target, start, source, start, rightEnd - start);
    return;
  }
  let left = start;
  let right = leftEnd;
  let at = start;
  while (left < leftEnd && right < rightEnd) {
    if (compare(source[left], source[right]) <= 0) target[at++] = source[left++];
    else target[at++] = source[right++];
  }
  __arrayCopy(target, at, source, left, leftEnd - left);
  __arrayCopy(target, at + leftEnd - left, source, right, rightEnd - right);
}

// The default order: by text. The texts are made once, and positions sorted by them.
function __sortByText<T>(items: T[]): void {
  const n = items.length;
  const texts = __arrayNew<string>(n);
  const order = __arrayNew<number>(n);
  for (let i = 0; i < n; i++) {
    texts[i] = String(items[i]);
    order[i] = i;
  }
  __mergeSort(order, (a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0));
  const unsorted = __slice(items, 0, n);
  for (let i = 0; i < n; i++) items[i] = unsorted[order[i]];
}

// The index of a value. Long texts are compared a few at a time, so that others can run in between.
function __indexFrom<T>(array: T[], value: T, from: number, sameValueZero: boolean): number {
  let at = __arrayIndexOf(array, value, from, sameValueZero);
  while (at < -1) at = __arrayIndexOf(array, value, -2 - at, sameValueZero);
  return at;
}

class Array<T> {
  constructor(length?: number);

  push(...items: T[]): number;
  pop(): T | undefined;
  reverse(): T[];

  static isArray(value: unknown): value is unknown[];

  static of<T>(...items: T[]): T[] {
    return items;
  }

  static from<T>(items: T[]): T[] {
    return __slice(items, 0, items.length);
  }

  static from<T>(items: Set<T>): T[] {
    return items.values().__toArray();
  }

  static from<K, V>(items: Map<K, V>): [K, V][] {
    return items.entries().__toArray();
  }

  static from<T>(items: IterableIterator<T>): T[] {
    return items.__toArray();
  }

  static from(items: string): string[] {
    return items.__codePoints();
  }

  static from<T, U>(items: T[], f: (value: T, index: number) => U): U[] {
    const n = items.length;
    const out = __arrayNew<U>(n);
    for (let i = 0; i < n; i++) out[i] = f(items[i], i);
    return out;
  }

  static from<A>(items: __TypedArray<A>): number[] {
    return items.__toArray();
  }

  static from<A, U>(items: __TypedArray<A>, f: (value: number, index: number) => U): U[] {
    return Array.from(items.__toArray(), f);
  }

  static from<T, U>(items: Set<T>, f: (value: T, index: number) => U): U[] {
    return Array.from(items.values().__toArray(), f);
  }

  static from<K, V, U>(items: Map<K, V>, f: (value: [K, V], index: number) => U): U[] {
    return Array.from(items.entries().__toArray(), f);
  }

  static from<T, U>(items: IterableIterator<T>, f: (value: T, index: number) => U): U[] {
    return Array.from(items.__toArray(), f);
  }

  static from<U>(items: string, f: (value: string, index: number) => U): U[] {
    return Array.from(items.__codePoints(), f);
  }

  static from<U>(shape: { length: number }, f: (value: undefined, index: number) => U): U[] {
    const n = shape.length > 0 ? Math.floor(shape.length) : 0;
    const out = __arrayNew<U>(n);
    for (let i = 0; i < n; i++) out[i] = f(undefined, i);
    return out;
  }

  at(index: number): T | undefined {
    const whole = index !== index ? 0 : Math.trunc(index);
    const at = whole < 0 ? whole + this.length : whole;
    return at >= 0 && at < this.length ? this[at] : undefined;
  }

  // Callbacks may shorten the array: elements that are gone are skipped, those that are new are not visited.

  forEach(f: (value: T, index: number, array: T[]) => void): void {
    const n = this.length;
    for (let i = 0; i < n && i < this.length; i++) f(this[i], i, this);
  }

  map<U>(f: (value: T, index: number, array: T[]) => U): U[] {
    const n = this.length;
    const out = __arrayNew<U>(n);
    for (let i = 0; i < n && i < this.length; i++) out[i] = f(this[i], i, this);
    return out;
  }

  filter<S extends T>(test: (value: T, index: number, array: T[]) => value is S): S[] {
    const out: S[] = [];
    const n = this.length;
    for (let i = 0; i < n && i < this.length; i++) {
      const value = this[i];
      if (test(value, i, this)) out.push(value);
    }
    return out;
  }

  filter(test: (value: T, index: number, array: T[]) => boolean): T[] {
    const out: T[] = [];
    const n = this.length;
    for (let i = 0; i < n && i < this.length; i++) {
      const value = this[i];
      if (test(value, i, this)) out.push(value);
    }
    return out;
  }

  reduce(f: (accumulator: T, value: T, index: number, array: T[]) => T): T {
    const n = this.length;
    if (n === 0) throw new TypeError("Reduce of empty array with no initial value");
    let accumulator = this[0];
    for (let i = 1; i < n && i < this.length; i++) accumulator = f(accumulator, this[i], i, this);
    return accumulator;
  }

  reduce<U>(f: (accumulator: U, value: T, index: number, array: T[]) => U, initial: U): U {
    const n = this.length;
    let accumulator = initial;
    for (let i = 0; i < n && i < this.length; i++) accumulator = f(accumulator, this[i], i, this);
    return accumulator;
  }

  reduceRight(f: (accumulator: T, value: T, index: number, array: T[]) => T): T {
    const n = this.length;
    if (n === 0) throw new TypeError("Reduce of empty array with no initial value");
    let accumulator = this[n - 1];
    for (let i = n - 2; i >= 0; i--) {
      if (i < this.length) accumulator = f(accumulator, this[i], i, this);
    }
    return accumulator;
  }

  reduceRight<U>(f: (accumulator: U, value: T, index: number, array: T[]) => U, initial: U): U {
    let accumulator = initial;
    for (let i = this.length - 1; i >= 0; i--) {
      if (i < this.length) accumulator = f(accumulator, this[i], i, this);
    }
    return accumulator;
  }

  find<S extends T>(test: (value: T, index: number, array: T[]) => value is S): S | undefined {
    for (let i = 0; i < this.length; i++) {
      const value = this[i];
      if (test(value, i, this)) return value;
    }
    return undefined;
  }

  find(test: (value: T, index: number, array: T[]) => boolean): T | undefined {
    for (let i = 0; i < this.length; i++) {
      const value = this[i];
      if (test(value, i, this)) return value;
    }
    return undefined;
  }

  findIndex(test: (value: T, index: number, array: T[]) => boolean): number {
    for (let i = 0; i < this.length; i++) {
      if (test(this[i], i, this)) return i;
    }
    return -1;
  }

  findLast(test: (value: T, index: number, array: T[]) => boolean): T | undefined {
    for (let i = this.length - 1; i >= 0; i--) {
      const value = this[i];
      if (test(value, i, this)) return value;
    }
    return undefined;
  }

  findLastIndex(test: (value: T, index: number, array: T[]) => boolean): number {
    for (let i = this.length - 1; i >= 0; i--) {
      if (test(this[i], i, this)) return i;
    }
    return -1;
  }

  some(test: (value: T, index: number, array: T[]) => boolean): boolean {
    const n = this.length;
    for (let i = 0; i < n && i < this.length; i++) {
      if (test(this[i], i, this)) return true;
    }
    return false;
  }

  every(test: (value: T, index: number, array: T[]) => boolean): boolean {
    const n = this.length;
    for (let i = 0; i < n && i < this.length; i++) {
      if (!test(this[i], i, this)) return false;
    }
    return true;
  }

  indexOf(value: T, from: number = 0): number {
    return __indexFrom(this, value, __relativeIndex(from, this.length), false);
  }

  lastIndexOf(value: T): number {
    for (let i = this.length - 1; i >= 0; i--) {
      if (this[i] === value) return i;
    }
    return -1;
  }

  includes(value: T, from: number = 0): boolean {
    return __indexFrom(this, value, __relativeIndex(from, this.length), true) >= 0;
  }

  join(separator: string = ","): string {
    const n = this.length;
    const parts = __arrayNew<string>(n);
    for (let i = 0; i < n; i++) {
      const value = this[i];
      parts[i] = value === undefined || value === null ? "" : String(value);
    }
    return __join(parts, separator);
  }

  toString(): string {
    return this.join();
  }

  concat(...others: T[][]): T[] {
    const out = __slice(this, 0, this.length);
    for (let i = 0; i < others.length; i++) __arrayAppend(out, others[i]);
    return out;
  }

  concat(item: T): T[] {
    const out = __slice(this, 0, this.length);
    out.push(item);
    return out;
  }

  slice(start: number = 0, end: number = this.length): T[] {
    const n = this.length;
    return __slice(this, __relativeIndex(start, n), __relativeIndex(end, n));
  }

  splice(start: number, deleteCount: number = this.length, ...items: T[]): T[] {
    const n = this.length;
    const at = __relativeIndex(start, n);
    const removable = n - at;
    const wanted = deleteCount > 0 ? Math.floor(deleteCount) : 0;
    const count = wanted < removable ? wanted : removable;
    const removed = __slice(this, at, at + count);
    const rest = removable - count;
    if (items.length > count) __arraySetLength(this, n + items.length - count);
    __arrayCopy(this, at + items.length, this, at + count, rest);
    __arrayCopy(this, at, items, 0, items.length);
    if (items.length < count) __arraySetLength(this, n + items.length - count);
    return removed;
  }

  shift(): T | undefined {
    const n = this.length;
    if (n === 0) return undefined;
    const first = this[0];
    __arrayCopy(this, 0, this, 1, n - 1);
    __arraySetLength(this, n - 1);
    return first;
  }

  unshift(...items: T[]): number {
    const n = this.length;
    const added = items.length;
    __arraySetLength(this, n + added);
    __arrayCopy(this, added, this, 0, n);
    __arrayCopy(this, 0, items, 0, added);
    return n + added;
  }

  // `undefined` sorts last and is never shown to `compare`; the array changes only when all comparisons are done.
  sort(compare?: (a: T, b: T) => number): T[] {
    const n = this.length;
    const items: T[] = [];
    const missing: T[] = [];
    for (let i = 0; i < n; i++) {
      const value = this[i];
      if (value === undefined) missing.push(value);
      else items.push(value);
    }
    if (compare === undefined) __sortByText(items);
    else __mergeSort(items, compare);
    __arrayCopy(this, 0, items, 0, items.length);
    __arrayCopy(this, items.length, missing, 0, missing.length);
    return this;
  }

  fill(value: T, start: number = 0, end: number = this.length): T[] {
    const n = this.length;
    __arrayFill(this, value, __relativeIndex(start, n), __relativeIndex(end, n));
    return this;
  }

  copyWithin(target: number, start: number, end: number = this.length): T[] {
    const n = this.length;
    const to = __relativeIndex(target, n);
    const from = __relativeIndex(start, n);
    const wanted = __relativeIndex(end, n) - from;
    const count = wanted < n - to ? wanted : n - to;
    if (count > 0) __arrayCopy(this, to, this, from, count);
    return this;
  }

  flat<U>(this: U[][]): U[] {
    const out: U[] = [];
    for (let i = 0; i < this.length; i++) __arrayAppend(out, this[i]);
    return out;
  }

  flatMap<U>(f: (value: T, index: number, array: T[]) => U[]): U[] {
    const out: U[] = [];
    const n = this.length;
    for (let i = 0; i < n && i < this.length; i++) __arrayAppend(out, f(this[i], i, this));
    return out;
  }

  keys(): IterableIterator<number> {
    return new __ArrayKeys<T>(this);
  }

  values(): IterableIterator<T> {
    return new __ArrayValues<T>(this);
  }

  entries(): IterableIterator<[number, T]> {
    return new __ArrayEntries<T>(this);
  }

  toSorted(compare?: (a: T, b: T) => number): T[] {
    return this.slice().sort(compare);
  }

  toReversed(): T[] {
    return this.slice().reverse();
  }

  toSpliced(start: number, deleteCount: number = this.length, ...items: T[]): T[] {
    const out = this.slice();
    out.splice(start, deleteCount, ...items);
    return out;
  }

  with(index: number, value: T): T[] {
    const n = this.length;
    const whole = index !== index ? 0 : Math.trunc(index);
    const at = whole < 0 ? whole + n : whole;
    if (at < 0 || at >= n) throw new RangeError("Invalid index : " + String(index));
    const out = this.slice();
    out[at] = value;
    return out;
  }
}

// --------------------------------------------------------------------------------------------- typed arrays

// `A` is the typed array itself: each of its nine classes extends this one with itself. Lengths never change.
abstract class __TypedArray<A> {
  // A length that `new` is given, as JavaScript's ToIndex has it.
  static __length(length: number): number {
    const whole = length !== length ? 0 : Math.trunc(length);
    if (whole < 0 || whole > 2147483645) throw new RangeError("Invalid typed array length: " + String(length));
    return whole;
  }

  get BYTES_PER_ELEMENT(): number {
    return __elementBytes(this);
  }

  get byteLength(): number {
    return this.length * __elementBytes(this);
  }

  __toArray(): number[] {
    const n = this.length;
    const out = __arrayNew<number>(n);
    for (let i = 0; i < n; i++) out[i] = this[i];
    return out;
  }

  __slice(from: number, to: number): __TypedArray<A> {
    const count = to > from ? to - from : 0;
    const out = __typedLike(this, count);
    __typedCopy(out, 0, this, from, count);
    return out;
  }

  at(index: number): number | undefined {
    const whole = index !== index ? 0 : Math.trunc(index);
    const at = whole < 0 ? whole + this.length : whole;
    return at >= 0 && at < this.length ? this[at] : undefined;
  }

  set(source: readonly number[], offset: number = 0): void {
    __typedCopy(this, __typedOffset(offset, source.length, this.length), source, 0, source.length);
  }

  set<B>(source: __TypedArray<B>, offset: number = 0): void {
    __typedCopy(this, __typedOffset(offset, source.length, this.length), source, 0, source.length);
  }

  fill(value: number, start: number = 0, end: number = this.length): A {
    const n = this.length;
    __typedFill(this, value, __relativeIndex(start, n), __relativeIndex(end, n));
    return this as A;
  }

  slice(start: number = 0, end: number = this.length): A {
    const n = this.length;
    return this.__slice(__relativeIndex(start, n), __relativeIndex(end, n)) as A;
  }

  copyWithin(target: number, start: number, end: number = this.length): A {
    const n = this.length;
    const to = __relativeIndex(target, n);
    const from = __relativeIndex(start, n);
    const wanted = __relativeIndex(end, n) - from;
    const count = wanted < n - to ? wanted : n - to;
    if (count > 0) __typedCopy(this, to, this, from, count);
    return this as A;
  }

  reverse(): A {
    __typedReverse(this);
    return this as A;
  }

  // Without `compare` by value. With it, the array changes only when all comparisons are done.
  sort(compare?: (a: number, b: number) => number): A {
    if (compare === undefined) {
      __typedSort(this);
    } else {
      const items = this.__toArray();
      __mergeSort(items, compare);
      __typedCopy(this, 0, items, 0, items.length);
    }
    return this as A;
  }

  toReversed(): A {
    const out = this.__slice(0, this.length);
    __typedReverse(out);
    return out as A;
  }

  toSorted(compare?: (a: number, b: number) => number): A {
    return this.__slice(0, this.length).sort(compare);
  }

  with(index: number, value: number): A {
    const n = this.length;
    const whole = index !== index ? 0 : Math.trunc(index);
    const at = whole < 0 ? whole + n : whole;
    if (at < 0 || at >= n) throw new RangeError("Invalid typed array index");
    const out = this.__slice(0, n);
    out[at] = value;
    return out as A;
  }

  indexOf(value: number, from: number = 0): number {
    return __typedIndexOf(this, value, __relativeIndex(from, this.length), false);
  }

  lastIndexOf(value: number): number {
    for (let i = this.length - 1; i >= 0; i--) {
      if (this[i] === value) return i;
    }
    return -1;
  }

  includes(value: number, from: number = 0): boolean {
    return __typedIndexOf(this, value, __relativeIndex(from, this.length), true) >= 0;
  }

  join(separator: string = ","): string {
    const n = this.length;
    const parts = __arrayNew<string>(n);
    for (let i = 0; i < n; i++) parts[i] = String(this[i]);
    return __join(parts, separator);
  }

  toString(): string {
    return this.join();
  }

  forEach(f: (value: number, index: number, array: A) => void): void {
    const n = this.length;
    for (let i = 0; i < n; i++) f(this[i], i, this as A);
  }

  map(f: (value: number, index: number, array: A) => number): A {
    const n = this.length;
    const out = __typedLike(this, n);
    for (let i = 0; i < n; i++) out[i] = f(this[i], i, this as A);
    return out as A;
  }

  filter(test: (value: number, index: number, array: A) => boolean): A {
    const kept: number[] = [];
    const n = this.length;
    for (let i = 0; i < n; i++) {
      const value = this[i];
      if (test(value, i, this as A)) kept.push(value);
    }
    const out = __typedLike(this, kept.length);
    __typedCopy(out, 0, kept, 0, kept.length);
    return out as A;
  }

  reduce(f: (accumulator: number, value: number, index: number, array: A) => number): number {
    const n = this.length;
    if (n === 0) throw new TypeError("Reduce of empty array with no initial value");
    let accumulator = this[0];
    for (let i = 1; i < n; i++) accumulator = f(accumulator, this[i], i, this as A);
    return accumulator;
  }

  reduce<U>(f: (accumulator: U, value: number, index: number, array: A) => U, initial: U): U {
    const n = this.length;
    let accumulator = initial;
    for (let i = 0; i < n; i++) accumulator = f(accumulator, this[i], i, this as A);
    return accumulator;
  }

  reduceRight(f: (accumulator: number, value: number, index: number, array: A) => number): number {
    const n = this.length;
    if (n === 0) throw new TypeError("Reduce of empty array with no initial value");
    let accumulator = this[n - 1];
    for (let i = n - 2; i >= 0; i--) accumulator = f(accumulator, this[i], i, this as A);
    return accumulator;
  }

  reduceRight<U>(f: (accumulator: U, value: number, index: number, array: A) => U, initial: U): U {
    let accumulator = initial;
    for (let i = this.length - 1; i >= 0; i--) accumulator = f(accumulator, this[i], i, this as A);
    return accumulator;
  }

  find(test: (value: number, index: number, array: A) => boolean): number | undefined {
    const at = this.findIndex(test);
    return at >= 0 ? this[at] : undefined;
  }

  findIndex(test: (value: number, index: number, array: A) => boolean): number {
    const n = this.length;
    for (let i = 0; i < n; i++) {
      if (test(this[i], i, this as A)) return i;
    }
    return -1;
  }

  findLast(test: (value: number, index: number, array: A) => boolean): number | undefined {
    const at = this.findLastIndex(test);
    return at >= 0 ? this[at] : undefined;
  }

  findLastIndex(test: (value: number, index: number, array: A) => boolean): number {
    for (let i = this.length - 1; i >= 0; i--) {
      if (test(this[i], i, this as A)) return i;
    }
    return -1;
  }

  some(test: (value: number, index: number, array: A) => boolean): boolean {
    return this.findIndex(test) >= 0;
  }

  every(test: (value: number, index: number, array: A) => boolean): boolean {
    const n = this.length;
    for (let i = 0; i < n; i++) {
      if (!test(this[i], i, this as A)) return false;
    }
    return true;
  }

  keys(): IterableIterator<number> {
    return new __TypedKeys(this.length);
  }

  values(): IterableIterator<number> {
    return new __TypedValues(this);
  }

  entries(): IterableIterator<[number, number]> {
    return new __TypedEntries(this);
  }
}

// Where `set` begins to write.
function __typedOffset(offset: number, count: number, length: number): number {
  const at = offset !== offset ? 0 : Math.trunc(offset);
  if (at < 0 || at + count > length) throw new RangeError("offset is out of bounds");
  return at;
}

class __TypedKeys extends IterableIterator<number> {
  __length: number;
  __at: number = 0;

  constructor(length: number) {
    super();
    this.__length = length;
  }

  __advance(): boolean {
    if (this.__at >= this.__length) return false;
    this.__current = this.__at++;
    return true;
  }
}

class __TypedValues<A> extends IterableIterator<number> {
  __array: __TypedArray<A>;
  __at: number = 0;

  constructor(array: __TypedArray<A>) {
    super();
    this.__array = array;
  }

  __advance(): boolean {
    if (this.__at >= this.__array.length) return false;
    this.__current = this.__array[this.__at++];
    return true;
  }
}

class __TypedEntries<A> extends IterableIterator<[number, number]> {
  __array: __TypedArray<A>;
  __at: number = 0;

  constructor(array: __TypedArray<A>) {
    super();
    this.__array = array;
  }

  __advance(): boolean {
    if (this.__at >= this.__array.length) return false;
    this.__current = [this.__at, this.__array[this.__at]];
    this.__at++;
    return true;
  }
}

class Int8Array extends __TypedArray<Int8Array> {
  static get BYTES_PER_ELEMENT(): number { return 1; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Int8Array { return new Int8Array(items); }
  static from(items: readonly number[]): Int8Array { return new Int8Array(items); }
  static from<A>(items: __TypedArray<A>): Int8Array { return new Int8Array(items); }
  static from(items: Set<number>): Int8Array { return new Int8Array(items); }
  static from(items: IterableIterator<number>): Int8Array { return new Int8Array(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Int8Array { return new Int8Array(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Int8Array {
    return new Int8Array(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Int8Array {
    return new Int8Array(Array.from(shape, f));
  }
}

class Uint8Array extends __TypedArray<Uint8Array> {
  static get BYTES_PER_ELEMENT(): number { return 1; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Uint8Array { return new Uint8Array(items); }
  static from(items: readonly number[]): Uint8Array { return new Uint8Array(items); }
  static from<A>(items: __TypedArray<A>): Uint8Array { return new Uint8Array(items); }
  static from(items: Set<number>): Uint8Array { return new Uint8Array(items); }
  static from(items: IterableIterator<number>): Uint8Array { return new Uint8Array(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Uint8Array { return new Uint8Array(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Uint8Array {
    return new Uint8Array(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Uint8Array {
    return new Uint8Array(Array.from(shape, f));
  }
}

class Uint8ClampedArray extends __TypedArray<Uint8ClampedArray> {
  static get BYTES_PER_ELEMENT(): number { return 1; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Uint8ClampedArray { return new Uint8ClampedArray(items); }
  static from(items: readonly number[]): Uint8ClampedArray { return new Uint8ClampedArray(items); }
  static from<A>(items: __TypedArray<A>): Uint8ClampedArray { return new Uint8ClampedArray(items); }
  static from(items: Set<number>): Uint8ClampedArray { return new Uint8ClampedArray(items); }
  static from(items: IterableIterator<number>): Uint8ClampedArray { return new Uint8ClampedArray(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Uint8ClampedArray { return new Uint8ClampedArray(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Uint8ClampedArray {
    return new Uint8ClampedArray(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Uint8ClampedArray {
    return new Uint8ClampedArray(Array.from(shape, f));
  }
}

class Int16Array extends __TypedArray<Int16Array> {
  static get BYTES_PER_ELEMENT(): number { return 2; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Int16Array { return new Int16Array(items); }
  static from(items: readonly number[]): Int16Array { return new Int16Array(items); }
  static from<A>(items: __TypedArray<A>): Int16Array { return new Int16Array(items); }
  static from(items: Set<number>): Int16Array { return new Int16Array(items); }
  static from(items: IterableIterator<number>): Int16Array { return new Int16Array(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Int16Array { return new Int16Array(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Int16Array {
    return new Int16Array(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Int16Array {
    return new Int16Array(Array.from(shape, f));
  }
}

class Uint16Array extends __TypedArray<Uint16Array> {
  static get BYTES_PER_ELEMENT(): number { return 2; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Uint16Array { return new Uint16Array(items); }
  static from(items: readonly number[]): Uint16Array { return new Uint16Array(items); }
  static from<A>(items: __TypedArray<A>): Uint16Array { return new Uint16Array(items); }
  static from(items: Set<number>): Uint16Array { return new Uint16Array(items); }
  static from(items: IterableIterator<number>): Uint16Array { return new Uint16Array(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Uint16Array { return new Uint16Array(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Uint16Array {
    return new Uint16Array(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Uint16Array {
    return new Uint16Array(Array.from(shape, f));
  }
}

class Int32Array extends __TypedArray<Int32Array> {
  static get BYTES_PER_ELEMENT(): number { return 4; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Int32Array { return new Int32Array(items); }
  static from(items: readonly number[]): Int32Array { return new Int32Array(items); }
  static from<A>(items: __TypedArray<A>): Int32Array { return new Int32Array(items); }
  static from(items: Set<number>): Int32Array { return new Int32Array(items); }
  static from(items: IterableIterator<number>): Int32Array { return new Int32Array(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Int32Array { return new Int32Array(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Int32Array {
    return new Int32Array(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Int32Array {
    return new Int32Array(Array.from(shape, f));
  }
}

class Uint32Array extends __TypedArray<Uint32Array> {
  static get BYTES_PER_ELEMENT(): number { return 4; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Uint32Array { return new Uint32Array(items); }
  static from(items: readonly number[]): Uint32Array { return new Uint32Array(items); }
  static from<A>(items: __TypedArray<A>): Uint32Array { return new Uint32Array(items); }
  static from(items: Set<number>): Uint32Array { return new Uint32Array(items); }
  static from(items: IterableIterator<number>): Uint32Array { return new Uint32Array(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Uint32Array { return new Uint32Array(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Uint32Array {
    return new Uint32Array(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Uint32Array {
    return new Uint32Array(Array.from(shape, f));
  }
}

class Float32Array extends __TypedArray<Float32Array> {
  static get BYTES_PER_ELEMENT(): number { return 4; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Float32Array { return new Float32Array(items); }
  static from(items: readonly number[]): Float32Array { return new Float32Array(items); }
  static from<A>(items: __TypedArray<A>): Float32Array { return new Float32Array(items); }
  static from(items: Set<number>): Float32Array { return new Float32Array(items); }
  static from(items: IterableIterator<number>): Float32Array { return new Float32Array(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Float32Array { return new Float32Array(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Float32Array {
    return new Float32Array(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Float32Array {
    return new Float32Array(Array.from(shape, f));
  }
}

class Float64Array extends __TypedArray<Float64Array> {
  static get BYTES_PER_ELEMENT(): number { return 8; }

  constructor(source?: number | readonly number[] | Set<number> | IterableIterator<number> | __TypedArray<unknown>);

  static of(...items: number[]): Float64Array { return new Float64Array(items); }
  static from(items: readonly number[]): Float64Array { return new Float64Array(items); }
  static from<A>(items: __TypedArray<A>): Float64Array { return new Float64Array(items); }
  static from(items: Set<number>): Float64Array { return new Float64Array(items); }
  static from(items: IterableIterator<number>): Float64Array { return new Float64Array(items); }
  static from<T>(items: T[], f: (value: T, index: number) => number): Float64Array { return new Float64Array(Array.from(items, f)); }
  static from<A>(items: __TypedArray<A>, f: (value: number, index: number) => number): Float64Array {
    return new Float64Array(Array.from(items, f));
  }
  static from(shape: { length: number }, f: (value: undefined, index: number) => number): Float64Array {
    return new Float64Array(Array.from(shape, f));
  }
}

// -------------------------------------------------------------------------------------------------- strings

class String {
  static from(value: unknown): string;

  charCodeAt(index?: number): number;
  charAt(index?: number): string;
  slice(start?: number, end?: number): string;
  substring(start: number, end?: number): string;
  indexOf(search: string, from?: number): number;
  lastIndexOf(search: string, from?: number): number;
  startsWith(search: string, at?: number): boolean;
  endsWith(search: string, end?: number): boolean;
  localeCompare(other: string): number;
  repeat(count: number): string;
  toUpperCase(): string;
  toLowerCase(): string;

  static fromCharCode(...units: number[]): string {
    if (units.length === 1) return __charString(units[0]);
    const parts = __arrayNew<string>(units.length);
    for (let i = 0; i < units.length; i++) parts[i] = __charString(units[i]);
    return __join(parts, "");
  }

  static fromCodePoint(...points: number[]): string {
    if (points.length === 1) return __codePointString(points[0]);
    const parts = __arrayNew<string>(points.length);
    for (let i = 0; i < points.length; i++) parts[i] = __codePointString(points[i]);
    return __join(parts, "");
  }

  // The string's code points, each as a string: what `for … of` and spread go through.
  __codePoints(): string[] {
    const out: string[] = [];
    let at = 0;
    while (at < this.length) {
      const next = __codePointAt(this, at) >= 0x10000 ? at + 2 : at + 1;
      out.push(this.substring(at, next));
      at = next;
    }
    return out;
  }

  codePointAt(index: number = 0): number | undefined {
    const at = index !== index ? 0 : Math.trunc(index);
    return at >= 0 && at < this.length ? __codePointAt(this, at) : undefined;
  }

  at(index: number): string | undefined {
    const whole = index !== index ? 0 : Math.trunc(index);
    const at = whole < 0 ? whole + this.length : whole;
    return at >= 0 && at < this.length ? this.charAt(at) : undefined;
  }

  substr(start: number, length: number = this.length): string {
    const from = __relativeIndex(start, this.length);
    return this.substring(from, length > 0 ? from + length : from);
  }

  includes(search: string, from: number = 0): boolean {
    return this.indexOf(search, from) >= 0;
  }

  padStart(length: number, pad: string = " "): string {
    return __padding(this.length, length, pad) + this;
  }

  padEnd(length: number, pad: string = " "): string {
    return this + __padding(this.length, length, pad);
  }

  trim(): string {
    return __trim(this, true, true);
  }

  trimStart(): string {
    return __trim(this, true, false);
  }

  trimEnd(): string {
    return __trim(this, false, true);
  }

  split(separator: string): string[] {
    return __split(this, separator);
  }

  split(separator: string, limit: number): string[] {
    return __split(this, separator).slice(0, limit);
  }

  replace(search: string, replacement: string): string {
    return __replace(this, search, replacement, false);
  }

  replace(search: string, replacer: (match: string, offset: number) => string): string {
    const at = this.indexOf(search, 0);
    if (at < 0) return this;
    return this.substring(0, at) + replacer(search, at) + this.substring(at + search.length, this.length);
  }

  replaceAll(search: string, replacement: string): string {
    return __replace(this, search, replacement, true);
  }

  replaceAll(search: string, replacer: (match: string, offset: number) => string): string {
    const parts: string[] = [];
    const step = search.length > 0 ? search.length : 1;
    let start = 0;
    let at = this.indexOf(search, 0);
    while (at >= 0) {
      parts.push(this.substring(start, at));
      parts.push(replacer(search, at));
      start = at + search.length;
      at = at + step <= this.length ? this.indexOf(search, at + step) : -1;
    }
    parts.push(this.substring(start, this.length));
    return __join(parts, "");
  }

  concat(...others: string[]): string {
    return this + __join(others, "");
  }

  toString(): string {
    return this;
  }

  valueOf(): string {
    return this;
  }
}

function __padding(have: number, want: number, pad: string): string {
  const missing = want > have ? Math.floor(want) - have : 0;
  if (missing <= 0 || pad === "") return "";
  if (pad.length === 1) return pad.repeat(missing);
  return pad.repeat(Math.ceil(missing / pad.length)).substring(0, missing);
}

// ------------------------------------------------------------------------------------- numbers and booleans

class Number {
  static from(value: unknown): number;

  toString(radix?: number): string;
  toFixed(digits?: number): string;
  toPrecision(digits?: number): string;
  toExponential(digits?: number): string;

  static get EPSILON(): number { return 2.220446049250313e-16; }
  static get MAX_SAFE_INTEGER(): number { return 9007199254740991; }
  static get MIN_SAFE_INTEGER(): number { return -9007199254740991; }
  static get MAX_VALUE(): number { return 1.7976931348623157e308; }
  static get MIN_VALUE(): number { return 5e-324; }
  static get POSITIVE_INFINITY(): number { return Infinity; }
  static get NEGATIVE_INFINITY(): number { return -Infinity; }
  static get NaN(): number { return NaN; }

  static isNaN(value: number): boolean {
    return value !== value;
  }

  static isFinite(value: number): boolean {
    return value - value === 0;
  }

  static isInteger(value: number): boolean {
    return value - value === 0 && Math.floor(value) === value;
  }

  static isSafeInteger(value: number): boolean {
    return Math.floor(value) === value && value >= -9007199254740991 && value <= 9007199254740991;
  }

  static parseFloat(text: string): number {
    return parseFloat(text);
  }

  static parseInt(text: string, radix: number = 0): number {
    return parseInt(text, radix);
  }

  // As `en-US` writes it: groups of three, at most three decimals.
  toLocaleString(): string {
    if (this !== this) return "NaN";
    const size = this < 0 ? -this : this;
    const sign = this < 0 || (this === 0 && 1 / this < 0) ? "-" : "";
    if (size === Infinity) return sign + "∞";
    const fixed = size.toFixed(3);
    const point = fixed.indexOf(".", 0);
    const whole = point < 0 ? fixed : fixed.substring(0, point);
    let decimals = point < 0 ? "" : fixed.substring(point, fixed.length);
    while (decimals.endsWith("0")) decimals = decimals.substring(0, decimals.length - 1);
    let grouped = "";
    let end = whole.length;
    while (end > 3) {
      grouped = "," + whole.substring(end - 3, end) + grouped;
      end -= 3;
    }
    return sign + whole.substring(0, end) + grouped + (decimals === "." ? "" : decimals);
  }

  valueOf(): number {
    return this;
  }
}

class Boolean {
  static from(value: unknown): boolean {
    return value ? true : false;
  }

  toString(): string {
    return this ? "true" : "false";
  }

  valueOf(): boolean {
    return this;
  }
}

declare function parseFloat(text: string): number;

function parseInt(text: string, radix: number = 0): number {
  return __parseInt(text, radix);
}

function isNaN(value: number): boolean {
  return value !== value;
}

function isFinite(value: number): boolean {
  return value - value === 0;
}

class Math {
  static get E(): number { return 2.718281828459045; }
  static get LN10(): number { return 2.302585092994046; }
  static get LN2(): number { return 0.6931471805599453; }
  static get LOG10E(): number { return 0.4342944819032518; }
  static get LOG2E(): number { return 1.4426950408889634; }
  static get PI(): number { return 3.141592653589793; }
  static get SQRT1_2(): number { return 0.7071067811865476; }
  static get SQRT2(): number { return 1.4142135623730951; }

  static abs(x: number): number;
  static ceil(x: number): number;
  static floor(x: number): number;
  static round(x: number): number;
  static trunc(x: number): number;
  static sign(x: number): number;
  static sqrt(x: number): number;
  static cbrt(x: number): number;
  static exp(x: number): number;
  static expm1(x: number): number;
  static log(x: number): number;
  static log2(x: number): number;
  static log10(x: number): number;
  static log1p(x: number): number;
  static sin(x: number): number;
  static cos(x: number): number;
  static tan(x: number): number;
  static asin(x: number): number;
  static acos(x: number): number;
  static atan(x: number): number;
  static sinh(x: number): number;
  static cosh(x: number): number;
  static tanh(x: number): number;
  static asinh(x: number): number;
  static acosh(x: number): number;
  static atanh(x: number): number;
  static atan2(y: number, x: number): number;
  static pow(x: number, y: number): number;
  static imul(a: number, b: number): number;
  static clz32(x: number): number;
  static fround(x: number): number;
  static random(): number;

  static min(a: number, b: number): number;
  static max(a: number, b: number): number;

  static min(...values: number[]): number {
    let least = Infinity;
    for (let i = 0; i < values.length; i++) least = Math.min(least, values[i]);
    return least;
  }

  static max(...values: number[]): number {
    let greatest = -Infinity;
    for (let i = 0; i < values.length; i++) greatest = Math.max(greatest, values[i]);
    return greatest;
  }

  // Scaled by the largest so that nothing overflows, with the rounding error of the sum carried along.
  static hypot(...values: number[]): number {
    let largest = 0;
    let missing = false;
    for (let i = 0; i < values.length; i++) {
      const size = Math.abs(values[i]);
      if (size === Infinity) return Infinity;
      if (size !== size) missing = true;
      else if (size > largest) largest = size;
    }
    if (missing) return NaN;
    if (largest === 0) return 0;
    let sum = 0;
    let lost = 0;
    for (let i = 0; i < values.length; i++) {
      const scaled = Math.abs(values[i]) / largest;
      const term = scaled * scaled - lost;
      const next = sum + term;
      lost = next - sum - term;
      sum = next;
    }
    return Math.sqrt(sum) * largest;
  }
}

// --------------------------------------------------------------------------------------------- maps and sets

// Entries in the order of insertion, found through a hash index over `__keys`.
//
// `__order[i]` is how many entries came before entry i since the table was made; `-1 - that` once it is deleted.
// Deleted entries stay in place until more than half are dead; then the live ones are packed and `__epoch` grows,
// which tells an iterator to look up its place again by number.
abstract class __Table<K> {
  __keys: K[] = [];
  __order: number[] = [];
  __index: __HashIndex = __hashNew();
  __size: number = 0;
  __first: number = 0;
  __added: number = 0;
  __epoch: number = 0;

  // Moves what belongs to entry `from` to entry `to`; called with growing `to` while packing.
  abstract __move(to: number, from: number): void;
  abstract __truncate(count: number): void;

  get size(): number {
    return this.__size;
  }

  has(key: K): boolean {
    return __hashFind(this.__index, this.__keys, key) >= 0;
  }

  clear(): void {
    this.__keys = [];
    this.__order = [];
    __hashClear(this.__index);
    this.__size = 0;
    this.__first = 0;
    this.__epoch++;
    this.__truncate(0);
  }

  // Appends an entry for a key that is not there yet.
  __add(key: K): void {
    if (this.__keys.length >= 16 && this.__size * 2 < this.__keys.length) this.__pack();
    const entry = this.__keys.length;
    this.__keys.push(__plusZero(key));
    __hashInsert(this.__index, this.__keys, key, entry);
    this.__order.push(this.__added++);
    this.__size++;
  }

  delete(key: K): boolean {
    const entry = __hashRemove(this.__index, this.__keys, key);
    if (entry < 0) return false;
    this.__keys[entry] = __zero<K>();
    this.__order[entry] = -1 - this.__order[entry];
    this.__size--;
    if (this.__size === 0) this.clear();
    else if (entry === this.__first) {
      while (this.__order[this.__first] < 0) this.__first++;
    }
    return true;
  }

  __pack(): void {
    const keys = this.__keys;
    const order = this.__order;
    const packedKeys: K[] = [];
    const packedOrder: number[] = [];
    __hashClear(this.__index);
    let to = 0;
    for (let from = this.__first; from < order.length; from++) {
      if (order[from] < 0) continue;
      packedKeys.push(keys[from]);
      __hashInsert(this.__index, packedKeys, keys[from], to);
      packedOrder.push(order[from]);
      this.__move(to, from);
      to++;
    }
    this.__truncate(to);
    this.__keys = packedKeys;
    this.__order = packedOrder;
    this.__first = 0;
    this.__epoch++;
  }

  // The first entry whose number is at least `number`, live or not.
  __locate(number: number): number {
    const order = this.__order;
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const stored = order[middle];
      if ((stored < 0 ? -1 - stored : stored) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

// Walks a table's live entries, those added meanwhile included.
class __Cursor<K> {
  __table: __Table<K>;
  __at: number;
  __epoch: number;
  __next: number = 0;
  __done: boolean = false;

  constructor(table: __Table<K>) {
    this.__table = table;
    this.__at = table.__first;
    this.__epoch = table.__epoch;
  }

  // The next live entry's index; -1 at the end, and from then on for ever.
  __step(): number {
    if (this.__done) return -1;
    const table = this.__table;
    if (this.__epoch !== table.__epoch) {
      this.__at = table.__locate(this.__next);
      this.__epoch = table.__epoch;
    }
    const order = table.__order;
    let at = this.__at;
    while (at < order.length) {
      const number = order[at];
      if (number >= 0) {
        this.__at = at + 1;
        this.__next = number + 1;
        return at;
      }
      at++;
    }
    this.__done = true;
    return -1;
  }
}

class __TableKeys<K> extends IterableIterator<K> {
  __cursor: __Cursor<K>;

  constructor(table: __Table<K>) {
    super();
    this.__cursor = new __Cursor<K>(table);
  }

  __advance(): boolean {
    const at = this.__cursor.__step();
    if (at < 0) return false;
    this.__current = this.__cursor.__table.__keys[at];
    return true;
  }
}

class __SetEntries<K> extends IterableIterator<[K, K]> {
  __cursor: __Cursor<K>;

  constructor(table: __Table<K>) {
    super();
    this.__cursor = new __Cursor<K>(table);
  }

  __advance(): boolean {
    const at = this.__cursor.__step();
    if (at < 0) return false;
    const key = this.__cursor.__table.__keys[at];
    this.__current = [key, key];
    return true;
  }
}

class __MapValues<K, V> extends IterableIterator<V> {
  __map: Map<K, V>;
  __cursor: __Cursor<K>;

  constructor(map: Map<K, V>) {
    super();
    this.__map = map;
    this.__cursor = new __Cursor<K>(map);
  }

  __advance(): boolean {
    const at = this.__cursor.__step();
    if (at < 0) return false;
    this.__current = this.__map.__values[at];
    return true;
  }
}

class __MapEntries<K, V> extends IterableIterator<[K, V]> {
  __map: Map<K, V>;
  __cursor: __Cursor<K>;

  constructor(map: Map<K, V>) {
    super();
    this.__map = map;
    this.__cursor = new __Cursor<K>(map);
  }

  __advance(): boolean {
    const at = this.__cursor.__step();
    if (at < 0) return false;
    this.__current = [this.__map.__keys[at], this.__map.__values[at]];
    return true;
  }
}

class Map<K, V> extends __Table<K> {
  __values: V[] = [];

  constructor(entries?: [K, V][] | Map<K, V> | IterableIterator<[K, V]> | null) {
    super();
    if (entries === undefined || entries === null) return;
    if (entries instanceof Map) this.__addFrom(entries.entries());
    else if (entries instanceof IterableIterator) this.__addFrom(entries);
    else {
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i];
        this.set(entry[0], entry[1]);
      }
    }
  }

  __addFrom(entries: IterableIterator<[K, V]>): void {
    while (entries.__advance()) {
      const entry = entries.__current;
      this.set(entry[0], entry[1]);
    }
  }

  __move(to: number, from: number): void {
    this.__values[to] = this.__values[from];
  }

  __truncate(count: number): void {
    __arraySetLength(this.__values, count);
  }

  get(key: K): V | undefined {
    const entry = __hashFind(this.__index, this.__keys, key);
    return entry < 0 ? undefined : this.__values[entry];
  }

  set(key: K, value: V): Map<K, V> {
    const entry = __hashFind(this.__index, this.__keys, key);
    if (entry >= 0) {
      this.__values[entry] = value;
    } else {
      this.__add(key);
      this.__values.push(value);
    }
    return this;
  }

  // A dead entry keeps its value until the table is packed; what is deleted must not stay reachable that long.
  delete(key: K): boolean {
    const entry = __hashFind(this.__index, this.__keys, key);
    if (entry < 0) return false;
    this.__values[entry] = __zero<V>();
    return super.delete(key);
  }

  forEach(f: (value: V, key: K, map: Map<K, V>) => void): void {
    const cursor = new __Cursor<K>(this);
    let at = cursor.__step();
    while (at >= 0) {
      f(this.__values[at], this.__keys[at], this);
      at = cursor.__step();
    }
  }

  keys(): IterableIterator<K> {
    return new __TableKeys<K>(this);
  }

  values(): IterableIterator<V> {
    return new __MapValues<K, V>(this);
  }

  entries(): IterableIterator<[K, V]> {
    return new __MapEntries<K, V>(this);
  }
}

class Set<T> extends __Table<T> {
  constructor(items?: T[] | Set<T> | IterableIterator<T> | null) {
    super();
    if (items === undefined || items === null) return;
    if (items instanceof Set) this.__addFrom(items.values());
    else if (items instanceof IterableIterator) this.__addFrom(items);
    else {
      for (let i = 0; i < items.length; i++) this.add(items[i]);
    }
  }

  __addFrom(items: IterableIterator<T>): void {
    while (items.__advance()) this.add(items.__current);
  }

  __move(to: number, from: number): void {}

  __truncate(count: number): void {}

  add(value: T): Set<T> {
    if (__hashFind(this.__index, this.__keys, value) < 0) this.__add(value);
    return this;
  }

  forEach(f: (value: T, key: T, set: Set<T>) => void): void {
    const cursor = new __Cursor<T>(this);
    let at = cursor.__step();
    while (at >= 0) {
      const value = this.__keys[at];
      f(value, value, this);
      at = cursor.__step();
    }
  }

  keys(): IterableIterator<T> {
    return new __TableKeys<T>(this);
  }

  values(): IterableIterator<T> {
    return new __TableKeys<T>(this);
  }

  entries(): IterableIterator<[T, T]> {
    return new __SetEntries<T>(this);
  }
}

// ------------------------------------------------------------------------------------------------- promises

async function __onValue<T, A>(
  source: Promise<T>, onFulfilled: (value: T) => A | Promise<A>, result: Promise<A>,
): Promise<void> {
  try {
    __promiseResolve(result, onFulfilled(await source));
  } catch (reason) {
    __promiseReject(result, reason);
  }
}

async function __onReason<T, B>(
  source: Promise<T>, onRejected: (reason: unknown) => B | Promise<B>, result: Promise<T | B>,
): Promise<void> {
  try {
    __promiseResolve<T | B>(result, await source);
  } catch (reason) {
    __recover<B, T | B>(reason, onRejected, result);
  }
}

async function __onEither<T, A, B>(
  source: Promise<T>, onFulfilled: (value: T) => A | Promise<A>,
  onRejected: (reason: unknown) => B | Promise<B>, result: Promise<A | B>,
): Promise<void> {
  let value: T = __zero<T>();
  try {
    value = await source;
  } catch (reason) {
    __recover<B, A | B>(reason, onRejected, result);
    return;
  }
  try {
    __promiseResolve<A | B>(result, onFulfilled(value));
  } catch (reason) {
    __promiseReject(result, reason);
  }
}

function __recover<B extends R, R>(
  reason: unknown, onRejected: (reason: unknown) => B | Promise<B>, result: Promise<R>,
): void {
  try {
    __promiseResolve<R>(result, onRejected(reason));
  } catch (another) {
    __promiseReject(result, another);
  }
}

// What the promises given to `all` and its kin have in common while they are awaited.
class __Gathering<T> {
  results: T[];
  reasons: unknown[];
  missing: number;

  constructor(count: number) {
    this.results = __arrayNew<T>(count);
    this.reasons = __arrayNew<unknown>(count);
    this.missing = count;
  }
}

async function __gatherAll<T>(
  item: T | Promise<T>, at: number, gathering: __Gathering<T>, result: Promise<T[]>,
): Promise<void> {
  try {
    gathering.results[at] = await item;
    if (--gathering.missing === 0) __promiseResolve(result, gathering.results);
  } catch (reason) {
    __promiseReject(result, reason);
  }
}

type PromiseSettledResult<T> = { status: "fulfilled"; value: T } | { status: "rejected"; reason: unknown };

async function __gatherSettled<T>(
  item: T | Promise<T>, at: number, gathering: __Gathering<PromiseSettledResult<T>>,
  result: Promise<PromiseSettledResult<T>[]>,
): Promise<void> {
  try {
    const value = await item;
    gathering.results[at] = { status: "fulfilled", value: value };
  } catch (reason) {
    gathering.results[at] = { status: "rejected", reason: reason };
  }
  if (--gathering.missing === 0) __promiseResolve(result, gathering.results);
}

async function __gatherAny<T>(
  item: T | Promise<T>, at: number, gathering: __Gathering<T>, result: Promise<T>,
): Promise<void> {
  try {
    __promiseResolve(result, await item);
  } catch (reason) {
    gathering.reasons[at] = reason;
    if (--gathering.missing === 0) {
      __promiseReject(result, new AggregateError(gathering.reasons, "All promises were rejected"));
    }
  }
}

async function __gatherRace<T>(item: T | Promise<T>, result: Promise<T>): Promise<void> {
  try {
    __promiseResolve(result, await item);
  } catch (reason) {
    __promiseReject(result, reason);
  }
}

// One element of a tuple given to `all`; `store` puts it in its place, with its own type.
async function __gatherOne<T, R>(
  item: T | Promise<T>, store: (value: T) => void, gathering: __Gathering<undefined>, tuple: R, result: Promise<R>,
): Promise<void> {
  try {
    store(await item);
    if (--gathering.missing === 0) __promiseResolve(result, tuple);
  } catch (reason) {
    __promiseReject(result, reason);
  }
}

class Promise<T> {
  constructor(
    executor: (resolve: (value: T | Promise<T>) => void, reject: (reason?: unknown) => void) => void,
  ) {
    const promise = this;
    let decided = false;
    const resolve = (value: T | Promise<T>): void => {
      if (decided) return;
      decided = true;
      __promiseResolve(promise, value);
    };
    const reject = (reason?: unknown): void => {
      if (decided) return;
      decided = true;
      __promiseReject(promise, reason);
    };
    try {
      executor(resolve, reject);
    } catch (reason) {
      reject(reason);
    }
  }

  then<A>(onFulfilled: (value: T) => A | Promise<A>): Promise<A> {
    const result = __promiseNew<A>();
    __onValue(this, onFulfilled, result);
    return result;
  }

  then<A, B>(
    onFulfilled: (value: T) => A | Promise<A>, onRejected: (reason: unknown) => B | Promise<B>,
  ): Promise<A | B> {
    const result = __promiseNew<A | B>();
    __onEither(this, onFulfilled, onRejected, result);
    return result;
  }

  then<B>(onFulfilled: null | undefined, onRejected: (reason: unknown) => B | Promise<B>): Promise<T | B> {
    return this.catch(onRejected);
  }

  catch<B>(onRejected: (reason: unknown) => B | Promise<B>): Promise<T | B> {
    const result = __promiseNew<T | B>();
    __onReason(this, onRejected, result);
    return result;
  }

  finally(onFinally: () => unknown): Promise<T> {
    return this.then(
      (value: T): Promise<T> => Promise.resolve(onFinally()).then((ignored: unknown): T => value),
      (reason: unknown): Promise<T> => Promise.resolve(onFinally()).then((ignored: unknown): T => {
        throw reason;
      }),
    );
  }

  static resolve(): Promise<void> {
    const result = __promiseNew<void>();
    __promiseResolve(result, undefined);
    return result;
  }

  static resolve<T>(value: T | Promise<T>): Promise<T> {
    if (value instanceof Promise) return value;
    const result = __promiseNew<T>();
    __promiseResolve(result, value);
    return result;
  }

  static reject<T = never>(reason?: unknown): Promise<T> {
    const result = __promiseNew<T>();
    __promiseReject(result, reason);
    return result;
  }

  static all<A, B>(items: [A | Promise<A>, B | Promise<B>]): Promise<[A, B]> {
    const tuple: [A, B] = [__zero<A>(), __zero<B>()];
    const result = __promiseNew<[A, B]>();
    const gathering = new __Gathering<undefined>(2);
    __gatherOne(items[0], (value: A) => { tuple[0] = value; }, gathering, tuple, result);
    __gatherOne(items[1], (value: B) => { tuple[1] = value; }, gathering, tuple, result);
    return result;
  }

  static all<A, B, C>(items: [A | Promise<A>, B | Promise<B>, C | Promise<C>]): Promise<[A, B, C]> {
    const tuple: [A, B, C] = [__zero<A>(), __zero<B>(), __zero<C>()];
    const result = __promiseNew<[A, B, C]>();
    const gathering = new __Gathering<undefined>(3);
    __gatherOne(items[0], (value: A) => { tuple[0] = value; }, gathering, tuple, result);
    __gatherOne(items[1], (value: B) => { tuple[1] = value; }, gathering, tuple, result);
    __gatherOne(items[2], (value: C) => { tuple[2] = value; }, gathering, tuple, result);
    return result;
  }

  static all<T>(items: (T | Promise<T>)[]): Promise<T[]> {
    const result = __promiseNew<T[]>();
    const gathering = new __Gathering<T>(items.length);
    for (let i = 0; i < items.length; i++) __gatherAll(items[i], i, gathering, result);
    if (items.length === 0) __promiseResolve(result, []);
    return result;
  }

  static allSettled<T>(items: (T | Promise<T>)[]): Promise<PromiseSettledResult<T>[]> {
    const result = __promiseNew<PromiseSettledResult<T>[]>();
    const gathering = new __Gathering<PromiseSettledResult<T>>(items.length);
    for (let i = 0; i < items.length; i++) __gatherSettled(items[i], i, gathering, result);
    if (items.length === 0) __promiseResolve(result, []);
    return result;
  }

  static any<T>(items: (T | Promise<T>)[]): Promise<T> {
    const result = __promiseNew<T>();
    const gathering = new __Gathering<T>(items.length);
    for (let i = 0; i < items.length; i++) __gatherAny(items[i], i, gathering, result);
    if (items.length === 0) __promiseReject(result, new AggregateError([], "All promises were rejected"));
    return result;
  }

  static race<T>(items: (T | Promise<T>)[]): Promise<T> {
    const result = __promiseNew<T>();
    for (let i = 0; i < items.length; i++) __gatherRace(items[i], result);
    return result;
  }
}

// --------------------------------------------------------------------------------------------------- timers

// What `setTimeout` and `setInterval` return.
class Timeout {
  __cancelled: boolean = false;
  __sleeping: Promise<void> | undefined = undefined;
}

function __delay(milliseconds: number): number {
  return milliseconds >= 1 && milliseconds <= 2147483647 ? Math.trunc(milliseconds) : 1;
}

async function __runLater(f: () => void, milliseconds: number, repeats: boolean, timer: Timeout): Promise<void> {
  do {
    timer.__sleeping = __sleep(milliseconds);
    await timer.__sleeping;
    if (timer.__cancelled) return;
    f();
  } while (repeats);
}

function setTimeout(f: () => void, milliseconds: number = 1): Timeout {
  const timer = new Timeout();
  __runLater(f, __delay(milliseconds), false, timer);
  return timer;
}

function setInterval(f: () => void, milliseconds: number = 1): Timeout {
  const timer = new Timeout();
  __runLater(f, __delay(milliseconds), true, timer);
  return timer;
}

// Waking the sleeper now, to find itself cancelled, keeps the program from waiting for its time to come.
function clearTimeout(timer: Timeout | undefined): void {
  if (timer === undefined || timer.__cancelled) return;
  timer.__cancelled = true;
  if (timer.__sleeping !== undefined) __promiseResolve(timer.__sleeping, undefined);
}

function clearInterval(timer: Timeout | undefined): void {
  clearTimeout(timer);
}

async function __runSoon(f: () => void): Promise<void> {
  await undefined;
  f();
}

function queueMicrotask(f: () => void): void {
  __runSoon(f);
}

// -------------------------------------------------------------------------------------- console, JSON, Object

// The text for `%X` with this argument; `%s` and `%d` only differ for what is not a string or a number.
function __directive(letter: string, value: unknown): string {
  if (letter === "j") return __json(value, "");
  if (letter === "s" && typeof value === "string") return value;
  if (letter === "d" || letter === "i" || letter === "f") {
    if (typeof value === "object") return "NaN";
    if (letter === "d") return __inspect(Number(value));
    const text = String(value);
    return __inspect(letter === "i" ? parseInt(text) : parseFloat(text));
  }
  return typeof value === "string" ? "'" + value + "'" : __inspect(value);
}

// What `console.log(...args)` prints in Node.
function __format(args: unknown[]): string {
  const n = args.length;
  if (n === 0) return "";
  let out = "";
  let next = 1;
  const first = args[0];
  if (typeof first === "string" && n > 1) {
    let start = 0;
    let at = first.indexOf("%", 0);
    while (at >= 0) {
      const letter = first.charAt(at + 1);
      if (letter === "%" || (next < n && letter !== "" && "sdifjoOc".includes(letter))) {
        out += first.substring(start, at);
        if (letter === "%") out += "%";
        else if (letter === "c") next++;
        else out += __directive(letter, args[next++]);
        start = at + 2;
      }
      at = first.indexOf("%", at + 2);
    }
    out += first.substring(start, first.length);
  } else {
    out = __inspect(first);
  }
  for (let i = next; i < n; i++) out += " " + __inspect(args[i]);
  return out;
}

class console {
  static log(...args: unknown[]): void {
    __print(1, __format(args));
  }

  static info(...args: unknown[]): void {
    __print(1, __format(args));
  }

  static debug(...args: unknown[]): void {
    __print(1, __format(args));
  }

  static warn(...args: unknown[]): void {
    __print(2, __format(args));
  }

  static error(...args: unknown[]): void {
    __print(2, __format(args));
  }
}

class JSON {
  static stringify(value: unknown, replacer: null | undefined = null, space: number | string = ""): string {
    if (typeof space === "string") return __json(value, space.substring(0, 10));
    return __json(value, space >= 1 ? " ".repeat(Math.min(10, Math.floor(space))) : "");
  }
}

class Object {
  static is(a: unknown, b: unknown): boolean {
    if (typeof a !== "number" || typeof b !== "number") return a === b;
    if (a === b) return a !== 0 || 1 / a === 1 / b;
    return a !== a && b !== b;
  }
}
