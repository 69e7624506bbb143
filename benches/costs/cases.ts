// Each export does something for ever that looks cheap and touches much; `begin` says that preparations are over.
// `child.ts` is the inner program `./child.rbin`.
import { begin, note, look, take, later, give, program } from "host:world";
import { Vm } from "raya:vm";

interface Wide {
  a0?: number;
  a1?: number;
  a2?: number;
  a3?: number;
  a4?: number;
  a5?: number;
  a6?: number;
  a7?: number;
  a8?: number;
  a9?: number;
}

export function plain(): void {
  let x = 0;
  begin();
  while (true) x = (x * 31 + 7) % 1000003;
}

export function objects(): void {
  let kept: number[] = [];
  begin();
  while (true) kept = [1, 2, 3];
}

export function noteLong(): void {
  const s = "x".repeat(1000000);
  begin();
  while (true) note(s);
}

export function noteRope(): void {
  let s = "";
  for (let i = 0; i < 100000; i++) s = s + "ab";
  begin();
  while (true) note(s);
}

export function lookArray(): void {
  const a = new Array<number>(400000).fill(1);
  begin();
  while (true) look(a);
}

export function takeArray(): void {
  const a = new Array<number>(400000).fill(1);
  begin();
  while (true) take(a);
}

export function takeStrings(): void {
  const a: string[] = [];
  for (let i = 0; i < 100000; i++) a.push("abc");
  begin();
  while (true) take(a);
}

export function giveLong(): void {
  begin();
  while (true) give(1000000);
}

export function giveCollects(): void {
  const kept: number[][] = [];
  for (let i = 0; i < 3700; i++) kept.push(new Array<number>(2000));
  begin();
  while (true) give(100000);
}

export function stringOfStrings(): void {
  const big = "x".repeat(10000);
  const a: unknown = new Array<string>(500).fill(big);
  begin();
  while (true) String(a);
}

export function stringNested(): void {
  let a: unknown = 1;
  for (let i = 0; i < 390; i++) {
    const b: unknown[] = [a];
    a = b;
  }
  const c: unknown[] = new Array<unknown>(100).fill(a);
  begin();
  while (true) String(c);
}

export function jsonUndefined(): void {
  const o: Wide = {};
  const a: Wide[] = new Array<Wide>(10000).fill(o);
  begin();
  while (true) JSON.stringify(a);
}

export function jsonIndent(): void {
  let a: unknown = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
  for (let i = 0; i < 380; i++) {
    const b: unknown[] = [a];
    a = b;
  }
  begin();
  while (true) JSON.stringify(a, null, 10);
}

export function jsonStrings(): void {
  const big = "\n".repeat(10000);
  const a: unknown = new Array<string>(100).fill(big);
  begin();
  while (true) JSON.stringify(a);
}

export function ropeEqual(): void {
  let s = "";
  let t = "";
  for (let i = 0; i < 100000; i++) {
    s = s + "ab";
    t = t + "ab";
  }
  let n = 0;
  begin();
  while (true) if (s === t) n++;
}

export function ropeLess(): void {
  let s = "";
  let t = "";
  for (let i = 0; i < 100000; i++) {
    s = s + "ab";
    t = t + "ab";
  }
  let n = 0;
  begin();
  while (true) if (s < t) n++;
}

export function ropeLessShort(): void {
  let s = "";
  for (let i = 0; i < 100000; i++) {
    s = s + "ab";
  }
  const t = "b";
  let n = 0;
  begin();
  while (true) if (s < t) n++;
}

export function mapLongKeys(): void {
  const m = new Map<string, number>();
  const keys: string[] = [];
  for (let i = 0; i < 12; i++) {
    const k = "x".repeat(1000000) + i;
    keys.push(k);
    m.set(k, i);
  }
  for (let i = 12; i < 20; i++) {
    const k = "x".repeat(1000000) + (i % 10);
    keys.push(k);
  }
  let n = 0;
  begin();
  while (true) {
    for (const k of keys) if (m.has(k)) n++;
  }
}

export function mapCollisions(): void {
  const m = new Map<number, number>();
  for (let i = 0; i < 20000; i++) m.set(i * 65536 * 65536, i);
  let n = 0;
  begin();
  while (true) if (m.has(5 * 65536 * 65536 * 65536)) n++;
}

export function mapClear(): void {
  const m = new Map<number, number>();
  for (let i = 0; i < 200000; i++) m.set(i, i);
  begin();
  while (true) {
    m.clear();
    m.set(1, 1);
  }
}

export function mapChurn(): void {
  const m = new Map<number, number>();
  for (let i = 0; i < 100000; i++) m.set(i, i);
  let i = 0;
  begin();
  while (true) {
    m.delete(i);
    m.set(i, i);
    i = (i + 1) % 100000;
  }
}

export function replaceMissing(): void {
  const s = "x".repeat(1000000);
  let n = 0;
  begin();
  while (true) n += s.replace("y", "z").length;
}

export function replaceOnce(): void {
  const s = "x".repeat(1000000) + "y";
  let n = 0;
  begin();
  while (true) n += s.replace("y", "z").length;
}

export function replaceTemplate(): void {
  const t = "$$".repeat(100000);
  let n = 0;
  begin();
  while (true) n += "y".replace("y", t).length;
}

export function replaceAllWide(): void {
  const s = "\u1234" + "y".repeat(100000);
  const needle = "y".repeat(1000);
  let n = 0;
  begin();
  while (true) n += s.replaceAll(needle, "z").length;
}

export function splitMissing(): void {
  const s = "x".repeat(1000000);
  let n = 0;
  begin();
  while (true) n += s.split("y").length;
}

export function splitAll(): void {
  const s = "x".repeat(100000);
  let n = 0;
  begin();
  while (true) n += s.split("x").length;
}

export function lastIndexOf(): void {
  const s = "x".repeat(1000000);
  let n = 0;
  begin();
  while (true) n += s.lastIndexOf("y");
}

export function trimRope(): void {
  const s = " " + "x".repeat(1000000) + " ";
  let n = 0;
  begin();
  while (true) n += s.trim().length;
}

export function upper(): void {
  const s = "é".repeat(100000);
  let n = 0;
  begin();
  while (true) n += s.toUpperCase().length;
}

export function localeCompare(): void {
  const s = "|".repeat(100000);
  let n = 0;
  begin();
  while (true) n += s.localeCompare(s);
}

export function joinRopes(): void {
  let s = "";
  for (let i = 0; i < 10000; i++) s = s + "ab";
  const a = new Array<string>(100).fill(s);
  let n = 0;
  begin();
  while (true) n += a.join("").length;
}

export function joinFails(): void {
  let s = "";
  for (let i = 0; i < 100000; i++) s = s + "ab";
  const a = [s, s];
  let n = 0;
  begin();
  while (true) n += a.join("").length;
}

export function toFixed(): void {
  let n = 0;
  begin();
  while (true) n += (1.1e20).toFixed(100).length;
}

export function toPrecision(): void {
  let n = 0;
  begin();
  while (true) n += (1.7e308).toPrecision(100).length;
}

export function toPrecisionSmall(): void {
  let n = 0;
  begin();
  while (true) n += (5e-324).toPrecision(100).length;
}

export function toExponential(): void {
  let n = 0;
  begin();
  while (true) n += (1.7e308).toExponential(50).length;
}

export function toRadix(): void {
  let n = 0;
  begin();
  while (true) n += (1.7e308).toString(2).length;
}

export function toRadixSmall(): void {
  let n = 0;
  begin();
  while (true) n += (5e-324).toString(3).length;
}

export function numberText(): void {
  let n = 0;
  let x = 0.1;
  begin();
  while (true) { n += `${x}`.length; x += 0.1; }
}

export function parseLong(): void {
  const s = "1".repeat(100000);
  let n = 0;
  begin();
  while (true) n += parseFloat(s);
}

export function parseSpaces(): void {
  const s = " ".repeat(100000);
  let n = 0;
  begin();
  while (true) n += Number(s);
}

export function numberOfArray(): void {
  const a: unknown = new Array<number>(100000).fill(1.5);
  let n = 0;
  begin();
  while (true) n += Number(a);
}

export function mathPow(): void {
  let n = 0.5;
  begin();
  while (true) n = Math.pow(1.0000001, n + 1e300) + Math.sin(n + 1e300);
}

export function includesMixed(): void {
  let s = "";
  for (let i = 0; i < 1000; i++) s = s + "ab";
  const a = new Array<string>(1000).fill(s);
  let t = "";
  for (let i = 0; i < 1000; i++) t = t + (i === 999 ? "ac" : "ab");
  let n = 0;
  begin();
  while (true) if (a.includes(t)) n++;
}

export function includesNumbers(): void {
  const a = new Array<number>(1000000).fill(1);
  let n = 0;
  begin();
  while (true) if (a.includes(2)) n++;
}

export function sliceArray(): void {
  const a = new Array<number>(1000000).fill(1);
  let n = 0;
  begin();
  while (true) n += a.slice().length;
}

export function shiftArray(): void {
  const a = new Array<number>(1000000).fill(1);
  begin();
  while (true) {
    a.push(a.shift() ?? 0);
  }
}

export function unshiftArray(): void {
  const a = new Array<number>(100000).fill(1);
  begin();
  while (true) {
    a.unshift(1);
    a.pop();
  }
}

export function spliceArray(): void {
  const a = new Array<number>(1000000).fill(1);
  begin();
  while (true) {
    a.splice(1, 1);
    a.push(1);
  }
}

export function spread(): void {
  const a = new Array<number>(1000000).fill(1);
  let n = 0;
  begin();
  while (true) n += [...a, ...a].length;
}

export function sortBad(): void {
  const a = new Array<number>(10000).fill(1);
  let k = 0;
  begin();
  while (true) a.sort((x, y) => { k = (k * 31 + 7) % 1000003; return k % 3 - 1; });
}

export function typedNew(): void {
  let n = 0;
  begin();
  while (true) n += new Float64Array(1000000).length;
}

export function typedSet(): void {
  const a = new Float64Array(100000);
  const b = new Uint8Array(100000);
  begin();
  while (true) b.set(a);
}

export function typedCompare(): void {
  const a = new Float64Array(100000);
  begin();
  while (true) a.sort();
}

export function typedIndexOf(): void {
  const a = new Uint8Array(1000000);
  let n = 0;
  begin();
  while (true) n += a.indexOf(7);
}

export function typedJoin(): void {
  const a = new Uint8Array(10000);
  let n = 0;
  begin();
  while (true) n += a.join("").length;
}

export function templates(): void {
  const a: unknown = { a: 1 };
  let n = 0;
  begin();
  while (true) n += `${a}`.length;
}

class Deep extends Error {}
function dive(n: number): number {
  if (n > 0) return dive(n - 1) + 1;
  let k = 0;
  begin();
  while (true) { try { throw new Deep("x"); } catch (e) { k++; } }
}

export function throwDeep(): void {
  dive(5000);
}

export function errorsDeep(): void {
  dive2(5000);
}

function dive2(n: number): number {
  if (n > 0) return dive2(n - 1) + 1;
  let k = 0;
  begin();
  while (true) {
    k += new Error("x").message.length;
  }
}

export function stackText(): void {
  dive3(5000);
}

function dive3(n: number): number {
  if (n > 0) return dive3(n - 1) + 1;
  let k = 0;
  begin();
  while (true) {
    k += (new Error("x").stack ?? "").length;
  }
}

export async function promises(): Promise<void> {
  begin();
  while (true) await Promise.resolve(1);
}

async function never(): Promise<void> { await new Promise<void>(() => {}); }
export async function cancelFlood(): Promise<void> {
  for (let i = 0; i < 900; i++) never();
  begin();
  while (true) await Promise.race([Promise.resolve(1), Promise.resolve(2)]);
}

export async function timers(): Promise<void> {
  for (let i = 0; i < 500; i++) setTimeout(() => {}, 1e9);
  begin();
  while (true) {
    const t = setTimeout(() => {}, 1e9);
    clearTimeout(t);
    await Promise.resolve(0);
  }
}

export async function sleepers(): Promise<void> {
  begin();
  while (true) { await new Promise<void>((resolve) => { setTimeout(resolve, 0); }); }
}

export async function laters(): Promise<void> {
  begin();
  while (true) await later(1);
}

export async function latersMany(): Promise<void> {
  begin();
  while (true) {
    const all: Promise<number>[] = [];
    for (let i = 0;
    i < 500;
    i++) all.push(later(1));
    await Promise.all(all);
  }
}

export async function vmMake(): Promise<void> {
  begin();
  while (true) { const vm = new Vm({ maxHeapBytes: 10000, maxTasks: 1 }); vm.terminate(); }
}

export async function vmLoad(): Promise<void> {
  begin();
  while (true) { const vm = new Vm({ maxHeapBytes: 1000000, maxTasks: 1, capabilities: ["world", "raya:vm"] }); vm.loadRbin("./child.rbin"); vm.terminate(); }
}

export async function vmLoadBytes(): Promise<void> {
  const bytes = program();
  begin();
  while (true) { const vm = new Vm({ maxHeapBytes: 1000000, maxTasks: 1, capabilities: ["world", "raya:vm"] }); vm.loadRbin(bytes); vm.terminate(); }
}

export async function vmLoadGarbage(): Promise<void> {
  const bytes = program();
  bytes[bytes.length - 1] ^= 1;
  const vm = new Vm({ maxHeapBytes: 1000000, maxTasks: 1 });
  begin();
  while (true) {
    try {
      vm.loadRbin(bytes);
    } catch {}
  }
}

export async function vmRun(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 1000000, maxTasks: 4, capabilities: ["world", "raya:vm"] });
  vm.loadRbin("./child.rbin");
  begin();
  while (true) {
    await vm.runEntry("nothing");
  }
}

export async function vmStats(): Promise<void> {
  for (let i = 0; i < 900; i++) new Vm({ maxHeapBytes: 10000, maxTasks: 1 });
  begin();
  while (true) Vm.children()[0].getStats();
}

export async function vmChildren(): Promise<void> {
  for (let i = 0; i < 900; i++) new Vm({ maxHeapBytes: 10000, maxTasks: 1 });
  begin();
  while (true) Vm.children();
}

export async function vmExports(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 1000000, maxTasks: 4, capabilities: ["world", "raya:vm"] });
  vm.loadRbin("./child.rbin");
  begin();
  while (true) vm.exports();
}

export async function vmPause(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 40000000, maxTasks: 950, capabilities: ["world", "raya:vm"] });
  vm.loadRbin("./child.rbin");
  await vm.runEntry("brood");
  begin();
  while (true) {
    vm.pause();
    vm.resume();
  }
}

export async function vmRevoke(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 40000000, maxTasks: 950, capabilities: ["world", "raya:vm"] });
  vm.loadRbin("./child.rbin");
  await vm.runEntry("brood");
  begin();
  while (true) {
    vm.revoke("world");
  }
}

export async function vmLimits(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 50000000, maxTasks: 4, capabilities: ["world", "raya:vm"] });
  vm.loadRbin("./child.rbin");
  await vm.runEntry("hoard");
  begin();
  while (true) { try { vm.setLimits({ maxHeapBytes: 1000 }); } catch (e) {} }
}

export async function vmArguments(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 30000000, maxTasks: 4, capabilities: ["world", "raya:vm"] });
  vm.loadRbin("./child.rbin");
  const a = new Array<number>(500000).fill(1);
  begin();
  while (true) await vm.runEntry("swallow", [a]);
}

export async function vmEvents(): Promise<void> {
  const vm = new Vm({ maxHeapBytes: 1000000, maxTasks: 4, capabilities: ["world", "raya:vm"] });
  vm.loadRbin("./child.rbin");
  begin();
  while (true) {
    vm.runEntry("nothing");
    await vm.nextEvent();
  }
}
