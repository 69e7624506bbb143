import { registry } from "./registry.js";
export function runPlugins(text: string): string {
  let out = text;
  registry.each((p) => {
    out = p.apply(out);
  });
  return out;
}
