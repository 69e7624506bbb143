import { type Parent } from "./parent.js";
export class Child {
  constructor(readonly name: string, readonly parent: Parent) {}
  path(): string {
    return `${this.parent.name}/${this.name}`;
  }
}
