export { Registry, registry } from "./registry.js";
export type { Plugin } from "./registry.js";
export { runPlugins as run } from "./run.js";
export const VERSION = "v" + [1, 0].join(".");
