import { Child } from "./child.js";
export class Parent {
  readonly children: Child[] = [];
  constructor(readonly name: string) {}
  addChild(name: string): this {
    this.children.push(new Child(name, this));
    return this;
  }
  describe(): string {
    return `${this.name}: ${this.children.map((c) => c.path()).join(", ")}`;
  }
}
