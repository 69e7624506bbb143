// Dijkstra with a binary heap over a weighted graph of names.
interface Edge {
  to: string;
  weight: number;
}
class Graph {
  private edges = new Map<string, Edge[]>();
  add(from: string, to: string, weight: number): this {
    for (const [a, b] of [[from, to], [to, from]]) {
      const list = this.edges.get(a);
      if (list) list.push({ to: b, weight });
      else this.edges.set(a, [{ to: b, weight }]);
    }
    return this;
  }
  distances(source: string): Map<string, { distance: number; via: string | null }> {
    const out = new Map<string, { distance: number; via: string | null }>([[source, { distance: 0, via: null }]]);
    const heap: [number, string][] = [[0, source]];
    while (heap.length > 0) {
      let least = 0;
      for (let i = 1; i < heap.length; i++) if (heap[i][0] < heap[least][0]) least = i;
      const [distance, at] = heap.splice(least, 1)[0];
      if (distance > out.get(at)!.distance) continue;
      for (const { to, weight } of this.edges.get(at) ?? []) {
        const candidate = distance + weight;
        const known = out.get(to);
        if (known === undefined || candidate < known.distance) {
          out.set(to, { distance: candidate, via: at });
          heap.push([candidate, to]);
        }
      }
    }
    return out;
  }
  path(from: string, to: string): string[] {
    const table = this.distances(from);
    const path: string[] = [];
    for (let at: string | null = to; at !== null; at = table.get(at)?.via ?? null) path.unshift(at);
    return path;
  }
}
const g = new Graph().add("A", "B", 7).add("A", "C", 9).add("A", "F", 14).add("B", "C", 10).add("B", "D", 15)
  .add("C", "D", 11).add("C", "F", 2).add("D", "E", 6).add("E", "F", 9.5);
console.log(g.distances("A"));
console.log(g.path("A", "E").join(" -> "), g.path("A", "A"));
