// An event emitter with typed payloads, once, off, wildcards and errors in listeners.
interface Events {
  topic: string;
  data: number | string;
}
type Listener = (e: Events) => void;
class Emitter {
  private listeners = new Map<string, Listener[]>();
  readonly errors: string[] = [];
  on(topic: string, f: Listener): () => void {
    const list = this.listeners.get(topic) ?? [];
    this.listeners.set(topic, [...list, f]);
    return () => this.off(topic, f);
  }
  once(topic: string, f: Listener): void {
    const off = this.on(topic, (e) => {
      off();
      f(e);
    });
  }
  off(topic: string, f: Listener): boolean {
    const list = this.listeners.get(topic);
    if (list === undefined || !list.includes(f)) return false;
    const rest = list.filter((g) => g !== f);
    if (rest.length > 0) this.listeners.set(topic, rest);
    else this.listeners.delete(topic);
    return true;
  }
  emit(topic: string, data: number | string): number {
    let called = 0;
    for (const key of [topic, "*"]) {
      for (const f of this.listeners.get(key) ?? []) {
        called++;
        try {
          f({ topic, data });
        } catch (e) {
          this.errors.push(e instanceof Error ? e.message : String(e));
        }
      }
    }
    return called;
  }
  get topics(): string[] {
    return [...this.listeners.keys()].sort();
  }
}
const emitter = new Emitter();
const log: string[] = [];
let sum = 0;
const off = emitter.on("n", ({ data }) => {
  if (typeof data === "number") sum += data;
});
emitter.on("n", (e) => {
  if (e.data === 13) throw new Error("unlucky");
});
emitter.once("s", ({ data }) => log.push(`once ${data}`));
emitter.on("*", ({ topic, data }) => log.push(`${topic}=${data}`));
console.log(emitter.emit("n", 1), emitter.emit("n", 13), emitter.emit("s", "a"), emitter.emit("s", "b"), emitter.emit("none", 0));
console.log(sum, log, emitter.errors, emitter.topics);
console.log(off(), off(), emitter.emit("n", 5), sum);
emitter.on("loop", (e) => {
  if (typeof e.data === "number" && e.data > 0) emitter.emit("loop", e.data - 1);
});
log.length = 0;
emitter.emit("loop", 3);
console.log(log);
