export interface Plugin {
  name: string;
  apply(text: string): string;
}
export class Registry {
  private plugins: Plugin[] = [];
  add(plugin: Plugin): void {
    console.log("registering", plugin.name);
    this.plugins.push(plugin);
  }
  names(): string[] {
    return this.plugins.map((p) => p.name);
  }
  each(f: (p: Plugin) => void): void {
    for (const p of this.plugins) f(p);
  }
  get size(): number {
    return this.plugins.length;
  }
}
export const registry = new Registry();
