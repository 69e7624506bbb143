// Modules that import each other: functions and classes used after initialisation.
import { isEven } from "./even.js";
import { Parent } from "./parent.js";
console.log(isEven(10), isEven(7));
const parent = new Parent("root");
parent.addChild("leaf").addChild("twig");
console.log(parent.describe());
export const answer = 42;
