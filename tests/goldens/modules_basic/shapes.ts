import { PI } from "./math.js";
console.log("shapes is initialised, PI is", PI);
export interface Shape {
  name: string;
  area(): number;
}
export class Circle implements Shape {
  name = "circle";
  constructor(private r: number) {}
  area(): number {
    return PI * this.r ** 2;
  }
}
