// What is captured: parameters, loop variables, `this`, functions hoisted below their use.
console.log(early(4));
function early(n: number): number {
  const helper = (m: number): number => (m <= 0 ? 0 : m + late(m - 1));
  return helper(n);
  function late(k: number): number {
    return helper(k) * 2;
  }
}

class Timer {
  elapsed = 0;
  ticks: string[] = [];
  ticker(label: string): (ms: number) => void {
    let times = 0;
    return (ms) => {
      times++;
      this.elapsed += ms;
      const report = (): string => `${label}#${times}@${this.elapsed}`;
      this.ticks.push(report());
    };
  }
}
const timer = new Timer();
const fast = timer.ticker("fast");
const slow = timer.ticker("slow");
fast(10);
slow(100);
fast(10);
console.log(timer.ticks, timer.elapsed);

function nested(): () => () => number {
  let a = 1;
  return () => {
    let b = a * 10;
    a++;
    return () => {
      b++;
      return a * 1000 + b;
    };
  };
}
const outer = nested();
const first = outer();
const second = outer();
console.log(first(), first(), second(), first());

function swapLater(x: number, y: string): { get: () => string; set: (nx: number, ny: string) => void } {
  return {
    get: () => `${x}:${y}`,
    set(nx, ny) {
      x = nx;
      y = ny;
    },
  };
}
const pair = swapLater(1, "one");
pair.set(2, "two");
console.log(pair.get());
let self: (() => number) | null = null;
let depth = 0;
self = () => (++depth < 5 && self !== null ? self() : depth);
console.log(self());
