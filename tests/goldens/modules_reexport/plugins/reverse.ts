import { registry } from "../core/registry.js";
class Reverse {
  readonly name = "reverse";
  apply(s: string): string {
    return [...s].reverse().join("");
  }
}
registry.add(new Reverse());
