// Narrowing by typeof, equality, truthiness, instanceof, in and early return.
type Input = string | number | boolean | null | undefined | string[];
function kind(x: Input): string {
  if (x === null) return "null";
  if (x === undefined) return "undefined";
  if (typeof x === "string") return `string(${x.length})`;
  if (typeof x === "number") return Number.isInteger(x) ? "integer" : "float";
  if (typeof x === "boolean") return x ? "yes" : "no";
  return `list of ${x.length}: ${x.join("")}`;
}
const inputs: Input[] = ["abc", 5, 5.5, true, false, null, undefined, ["a", "b"], "", 0, NaN];
for (const x of inputs) console.log(kind(x), typeof x, !x);

class Cat {
  meow(): string {
    return "meow";
  }
}
class Dog {
  constructor(public name: string) {}
  bark(): string {
    return this.name + " barks";
  }
}
function speak(animal: Cat | Dog | string): string {
  if (animal instanceof Dog) return animal.bark();
  if (typeof animal === "object") return animal.meow();
  return animal.toUpperCase();
}
console.log(speak(new Cat()), speak(new Dog("Rex")), speak("fish"));

function width(value: number | string | null, fallback: number): number {
  if (!value) return fallback;
  return typeof value === "number" ? value : value.length;
}
console.log(width(0, -1), width("", -2), width(null, -3), width(7, 0), width("four", 0));

interface Fish {
  swim: number;
}
interface Bird {
  fly: number;
}
function speed(a: Fish | Bird): number {
  return "swim" in a ? a.swim * 2 : a.fly * 10;
}
console.log(speed({ swim: 3 }), speed({ fly: 4 }));

let state: "idle" | "busy" | number = "idle";
function step(): void {
  if (state === "idle") state = "busy";
  else if (state === "busy") state = 3;
  else state = state - 1 || "idle";
}
const states: string[] = [];
for (let i = 0; i < 6; i++) {
  states.push(String(state));
  step();
}
console.log(states.join(" > "));
