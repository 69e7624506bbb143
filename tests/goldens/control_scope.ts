// Shadowing, block scope, hoisted functions, the temporal order of declarations.
const x = "module";
function show(): string {
  return x;
}
{
  const x = "block";
  {
    const x = "inner";
    console.log(x, show());
  }
  console.log(x);
}
function shadow(x: number): string {
  if (x > 0) {
    const x = "shadowed";
    return x + show();
  }
  return String(x);
}
console.log(shadow(1), shadow(-1), x);
console.log(hoisted());
function hoisted(): string {
  return "hoisted " + inner();
  function inner(): string {
    return "inner";
  }
}
for (let i = 0; i < 2; i++) {
  const i2 = i * 10;
  {
    let i = i2 + 5;
    i++;
    console.log(i, i2);
  }
}
let counter = 0;
const bumpAll = (): void => {
  counter += step;
};
const step = 5;
bumpAll();
bumpAll();
console.log(counter);
try {
  const e = "outer e";
  try {
    throw new Error("thrown");
  } catch (e) {
    console.log((e as Error).message);
  }
  console.log(e);
} finally {
  console.log("done");
}
switch (1 as number) {
  case 1:
    const inCase = "case scope";
    console.log(inCase);
}
function early(): string {
  try {
    return useBefore();
  } catch (e) {
    return "not yet: " + (e instanceof Error);
  }
}
console.log(early());
const later = "later";
function useBefore(): string {
  return later;
}
console.log(early());
