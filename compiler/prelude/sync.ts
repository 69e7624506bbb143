// `raya:sync`: what tasks of one context wait for each other with.
//
// All of it is objects over promises: who waits holds a pending promise that stands in a queue. So it is in dumps and
// snapshots like any other object, and an await wakes in JavaScript's order. First come, first served. A waiter that was
// cancelled has left: its promise is waited for no more, and is passed over. One that was given its turn and is cancelled before it
// runs has it all the same: it goes on with the lock, the permit or the value, and is cancelled at its next await that has to wait.
// So `await m.lock(); try { … } finally { m.unlock(); }` never leaves a lock behind.

declare function __promiseProbe<T>(promise: Promise<T>): number;

/** Whoever waited for a pending promise was cancelled. */
const __LEFT = 2;

/** Queues are rid of those who left when they have grown by so many. */
const __SWEEP = 16;

/** Tasks that wait for their turn. */
class __Turns {
  queue: Promise<void>[] = [];
  sweepAt = __SWEEP;

  wait(): Promise<void> {
    if (this.queue.length >= this.sweepAt) {
      this.queue = this.queue.filter((turn) => __promiseProbe(turn) !== __LEFT);
      this.sweepAt = 2 * this.queue.length + __SWEEP;
    }
    const turn = __promiseNew<void>();
    this.queue.push(turn);
    return turn;
  }

  /** Gives the turn to the first that still waits; false if nobody does. */
  next(): boolean {
    while (this.queue.length > 0) {
      const turn = this.queue[0];
      this.queue.shift();
      if (__promiseProbe(turn) !== __LEFT) {
        __promiseResolve(turn, undefined);
        return true;
      }
    }
    return false;
  }
}

/** So many permits, each held by one task at a time. */
export class Semaphore {
  readonly permits: number;
  __free: number;
  readonly __turns: __Turns = new __Turns();

  constructor(permits: number) {
    if (!(permits >= 1) || permits % 1 !== 0) {
      throw new RangeError("a Semaphore has a whole number of permits, at least 1");
    }
    this.permits = permits;
    this.__free = permits;
  }

  /** How many permits nobody holds. */
  get available(): number {
    return this.__free;
  }

  /** Fulfilled when a permit is the caller's, who has to release it. `withPermit` does so in any case. */
  acquire(): Promise<void> {
    if (this.tryAcquire()) return Promise.resolve();
    return this.__turns.wait();
  }

  /** Takes a permit if one is free. */
  tryAcquire(): boolean {
    if (this.__free === 0) return false;
    this.__free--;
    return true;
  }

  /** Gives a permit back: to the one that has waited longest, if anybody waits. */
  release(): void {
    if (this.__free === this.permits) throw new Error("release of a permit that nobody holds");
    if (!this.__turns.next()) this.__free++;
  }

  /** Runs `fn` with a permit, which is released however `fn` ends. */
  async withPermit<T>(fn: () => T | Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await fn();
    } finally {
      this.release();
    }
  }
}

/** A lock that one task holds at a time. */
export class Mutex {
  readonly __permit: Semaphore = new Semaphore(1);

  get isLocked(): boolean {
    return this.__permit.available === 0;
  }

  /** Fulfilled when the lock is the caller's, who has to unlock it. `withLock` does so in any case. */
  lock(): Promise<void> {
    return this.__permit.acquire();
  }

  /** Takes the lock if it is free. */
  tryLock(): boolean {
    return this.__permit.tryAcquire();
  }

  /** Gives the lock to the one that has waited longest, if anybody waits. */
  unlock(): void {
    if (!this.isLocked) throw new Error("unlock of a Mutex that is not locked");
    this.__permit.release();
  }

  /** Runs `fn` with the lock, which is unlocked however `fn` ends. */
  withLock<T>(fn: () => T | Promise<T>): Promise<T> {
    return this.__permit.withPermit(fn);
  }
}

/** A value that waits for room. */
class __Parcel<T> {
  readonly value: T;
  readonly sent: Promise<void>;

  constructor(value: T, sent: Promise<void>) {
    this.value = value;
    this.sent = sent;
  }
}

/** A queue of values between tasks; who sends waits while it is full. Without capacity, until somebody receives. */
export class Channel<T> {
  readonly capacity: number;
  __isClosed = false;
  readonly __values: T[] = [];
  __receivers: Promise<T | undefined>[] = [];
  __parcels: __Parcel<T>[] = [];
  __sweepAt = __SWEEP;

  constructor(capacity: number = 0) {
    if (!(capacity >= 0) || capacity % 1 !== 0) {
      throw new RangeError("the capacity of a Channel is a whole number, at least 0");
    }
    this.capacity = capacity;
  }

  /** How many values wait in it, those of waiting senders not counted. */
  get length(): number {
    return this.__values.length;
  }

  get isClosed(): boolean {
    return this.__isClosed;
  }

  /** Fulfilled when there was room for the value; rejected if the channel is closed before. */
  send(value: T): Promise<void> {
    if (this.__isClosed) return Promise.reject<void>(new Error("send to a closed Channel"));
    if (this.trySend(value)) return Promise.resolve();
    this.__sweep();
    const sent = __promiseNew<void>();
    this.__parcels.push(new __Parcel<T>(value, sent));
    return sent;
  }

  /** Sends without waiting; false if there is no room, or it is closed. */
  trySend(value: T): boolean {
    if (this.__isClosed) return false;
    while (this.__receivers.length > 0) {
      const receiver = this.__receivers[0];
      this.__receivers.shift();
      if (__promiseProbe(receiver) !== __LEFT) {
        __promiseResolve<T | undefined>(receiver, value);
        return true;
      }
    }
    if (this.__values.length >= this.capacity) return false;
    this.__values.push(value);
    return true;
  }

  /** The next value, as soon as there is one; `undefined` when the channel is closed and empty. */
  receive(): Promise<T | undefined> {
    const received = __promiseNew<T | undefined>();
    this.__refill(1);
    if (this.__values.length > 0) {
      const value = this.__values[0];
      this.__values.shift();
      this.__refill(0);
      __promiseResolve<T | undefined>(received, value);
    } else if (this.__isClosed) {
      __promiseResolve<T | undefined>(received, undefined);
    } else {
      this.__sweep();
      this.__receivers.push(received);
    }
    return received;
  }

  /** The next value if there is one now. */
  tryReceive(): T | undefined {
    this.__refill(1);
    if (this.__values.length === 0) return undefined;
    const value = this.__values[0];
    this.__values.shift();
    this.__refill(0);
    return value;
  }

  /** Lets nothing more in. What is in it can still be received; those who wait to send fail, those who wait to receive get `undefined`. */
  close(): void {
    this.__isClosed = true;
    for (const receiver of this.__receivers) __promiseResolve<T | undefined>(receiver, undefined);
    for (const parcel of this.__parcels) {
      __promiseReject<void>(parcel.sent, new Error("the Channel was closed"));
    }
    this.__receivers = [];
    this.__parcels = [];
  }

  /** Takes values of waiting senders in, in their order, as long as there is room, with so much more than its capacity. */
  __refill(more: number): void {
    while (this.__parcels.length > 0 && this.__values.length < Math.max(this.capacity, more)) {
      const parcel = this.__parcels[0];
      this.__parcels.shift();
      if (__promiseProbe(parcel.sent) !== __LEFT) {
        this.__values.push(parcel.value);
        __promiseResolve(parcel.sent, undefined);
      }
    }
  }

  /** Drops those who left, once many wait. */
  __sweep(): void {
    if (this.__receivers.length + this.__parcels.length < this.__sweepAt) return;
    this.__receivers = this.__receivers.filter((receiver) => __promiseProbe(receiver) !== __LEFT);
    this.__parcels = this.__parcels.filter((parcel) => __promiseProbe(parcel.sent) !== __LEFT);
    this.__sweepAt = 2 * (this.__receivers.length + this.__parcels.length) + __SWEEP;
  }
}
