// Imports of functions, classes, constants, types; live bindings; initialisation order.
import { add, counter, increment, PI } from "./math.js";
import { Circle, type Shape } from "./shapes.js";
import * as text from "./text.js";
import describe, { version as v } from "./describe.js";

console.log("main starts");
console.log(add(2, 3), PI, counter);
increment();
increment();
console.log(counter);
const shapes: Shape[] = [new Circle(1), { name: "custom", area: () => 2.5 }];
console.log(shapes.map((s) => `${s.name}:${s.area().toFixed(2)}`));
console.log(text.shout("hi"), text.words("a b c").length, text.SEPARATOR);
console.log(describe(shapes[0]), v);
