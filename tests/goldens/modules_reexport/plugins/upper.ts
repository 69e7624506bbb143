import { registry } from "../core/registry.js";
registry.add({ name: "upper", apply: (s) => s.toUpperCase() });
