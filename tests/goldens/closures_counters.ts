// Closures keep their variables: counters, per-iteration bindings, shared state.
function makeCounter(start = 0): { increment: () => number; reset: () => void; value: () => number } {
  let count = start;
  return {
    increment: () => ++count,
    reset: () => {
      count = start;
    },
    value: () => count,
  };
}
const a = makeCounter();
const b = makeCounter(10);
a.increment();
a.increment();
b.increment();
console.log(a.value(), b.value());
a.reset();
console.log(a.increment(), b.increment());

const printers: (() => number)[] = [];
for (let i = 0; i < 3; i++) printers.push(() => i);
console.log(printers.map((f) => f()));
const shared: (() => number)[] = [];
let j = 0;
for (; j < 3; j++) shared.push(() => j);
console.log(shared.map((f) => f()));
const changing: (() => number)[] = [];
for (let i = 0; i < 3; i++) {
  changing.push(() => (i += 10));
}
console.log(changing.map((f) => f()), changing.map((f) => f()));
const fromOf: (() => string)[] = [];
for (const word of ["x", "y"]) fromOf.push(() => word + word);
console.log(fromOf.map((f) => f()));
const inWhile: (() => number)[] = [];
let n = 0;
while (n < 3) {
  const square = n * n;
  inWhile.push(() => square);
  n++;
}
console.log(inWhile.map((f) => f()));

function makeAccount(balance: number): [(amount: number) => boolean, () => number] {
  const withdraw = (amount: number): boolean => {
    if (amount > balance) return false;
    balance -= amount;
    return true;
  };
  return [withdraw, () => balance];
}
const [withdraw, balance] = makeAccount(100);
console.log(withdraw(30), withdraw(80), withdraw(70), balance());
