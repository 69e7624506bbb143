// Re-exports, a shared registry filled by side effects, modules in directories.
import { Registry, registry, type Plugin } from "./core/index.js";
import "./plugins/upper.js";
import "./plugins/reverse.js";
import { run as runAll, VERSION } from "./core/index.js";

const extra: Plugin = { name: "exclaim", apply: (s) => s + "!" };
registry.add(extra);
console.log(registry.names(), runAll("hello"), VERSION);
console.log(registry instanceof Registry, registry.size);
