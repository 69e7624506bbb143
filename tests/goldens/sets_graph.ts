// Sets and maps together: reachability, components, topological order.
const edges: [string, string][] = [["a", "b"], ["b", "c"], ["a", "d"], ["e", "f"], ["d", "c"]];
const graph = new Map<string, Set<string>>();
for (const [from, to] of edges) {
  if (!graph.has(from)) graph.set(from, new Set());
  if (!graph.has(to)) graph.set(to, new Set());
  graph.get(from)?.add(to);
}
console.log(graph);

function reachable(start: string): Set<string> {
  const seen = new Set<string>();
  const todo = [start];
  while (todo.length > 0) {
    const at = todo.pop()!;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const next of graph.get(at) ?? new Set<string>()) todo.push(next);
  }
  return seen;
}
console.log(reachable("a"), reachable("f"), reachable("nowhere"));

function topological(): string[] {
  const incoming = new Map<string, number>();
  for (const node of graph.keys()) incoming.set(node, 0);
  for (const targets of graph.values()) for (const t of targets) incoming.set(t, (incoming.get(t) ?? 0) + 1);
  const ready = [...incoming].filter(([, n]) => n === 0).map(([node]) => node);
  const order: string[] = [];
  for (const node of ready) {
    order.push(node);
    for (const t of graph.get(node)!) {
      const left = incoming.get(t)! - 1;
      incoming.set(t, left);
      if (left === 0) ready.push(t);
    }
  }
  return order;
}
console.log(topological());

function components(): string[][] {
  const neighbours = new Map<string, string[]>();
  for (const [a, b] of edges) {
    neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
    neighbours.set(b, [...(neighbours.get(b) ?? []), a]);
  }
  const seen = new Set<string>();
  const out: string[][] = [];
  for (const start of neighbours.keys()) {
    if (seen.has(start)) continue;
    const part: string[] = [];
    const walk = (node: string): void => {
      if (seen.has(node)) return;
      seen.add(node);
      part.push(node);
      neighbours.get(node)?.forEach(walk);
    };
    walk(start);
    out.push(part);
  }
  return out;
}
console.log(components());
