// One thing each is done with two texts of 500 units doubled so often, which take little until they are read.

function grown(unit: string, doublings: number): string {
  let text = unit.repeat(500);
  for (let i = 0; i < doublings; i++) text = text + text;
  return text;
}

function fails(s: string): number {
  throw s;
}

function failsNamed(s: string): number {
  const error = new Error("m");
  error.name = s;
  throw error;
}

function chosen(s: string): number {
  switch (s) {
    case "a": return 1;
    default: return 2;
  }
}

function firstFive(s: string): number {
  let n = 0;
  for (const c of s) {
    if (++n > 5) break;
  }
  return n;
}

type Way = (s: string, t: string) => number;

const ways: [string, Way][] = [
  ["index", (s) => s.indexOf("y")],
  ["lastIndex", (s) => s.lastIndexOf("y")],
  ["includes", (s) => s.includes("y") ? 1 : 0],
  ["starts", (s) => s.startsWith("y")?1:0],
  ["ends", (s) => s.endsWith("y")?1:0],
  ["slice", (s) => s.slice(5, 10).length],
  ["substring", (s) => s.substring(1, s.length - 1).length],
  ["charAt", (s) => s.charCodeAt(77)],
  ["at", (s) => (s.at(-1) ?? "").length],
  ["eq", (s, t) => s === t ? 1 : 0],
  ["less", (s, t) => s < t ? 1 : 0],
  ["upper", (s) => s.toUpperCase().length],
  ["lower", (s) => s.toLowerCase().length],
  ["trim", (s) => s.trim().length],
  ["repeat", (s) => s.repeat(1).length],
  ["pad", (s) => s.padEnd(10).length],
  ["split", (s) => s.split("y").length],
  ["splitx", (s) => s.split("x").length],
  ["replace", (s) => s.replace("y", "z").length],
  ["replaceAll", (s) => s.replaceAll("y", "z").length],
  ["replaceBy", (s) => "y".replace("y", s).length],
  ["concat", (s, t) => (s + t).length],
  ["template", (s) => `${s}!`.length],
  ["json", (s) => JSON.stringify(s).length],
  ["parseInt", (s) => parseInt(s)],
  ["number", (s) => Number(s)],
  ["parseFloat", (s) => parseFloat(s)],
  ["map", (s) => new Map([[s, 1]]).size],
  ["mapget", (s) => new Map([["a", 1]]).get(s) ?? 0],
  ["set", (s, t) => new Set([s]).has(t) ? 1 : 0],
  ["join", (s, t) => [s, t].join(s).length],
  ["array", (s, t) => [s].includes(t) ? 1 : 0],
  ["arrIndex", (s, t) => [s].indexOf(t)],
  ["log", (s) => (console.log(s), 1)],
  ["logobj", (s) => (console.log([s]), 1)],
  ["logfmt", (s) => (console.log("%d", s), 1)],
  ["codepoints", (s) => [...s].length],
  ["sort", (s, t) => [s, t].sort().length],
  ["localeCompare", (s, t) => s.localeCompare(t)],
  ["throwstr", (s) => fails(s)],
  ["throwname", (s) => failsNamed(s)],
  ["stack", (s) => (new Error(s).stack ?? "").length],
  ["errstr", (s) => String(new Error(s)).length],
  ["reject", (s) => (Promise.reject(new Error(s)), 1)],
  ["switch", (s) => chosen(s)],
  ["obj", (s) => (console.log({ a: new Error(s) }), 1)],
  ["fromch", (s) => String.fromCharCode(s.length).length],
  ["inspecterr", (s) => (console.log(new Error(s)), 1)],
  ["jsonobj", (s) => JSON.stringify({a: s, b: [s]}).length],
  ["jsonspace", (s) => JSON.stringify({a: 1}, null, s).length],
  ["parsefloatnum", (s) => +s],
  ["strcmpge", (s, t) => s >= t ? 1 : 0],
  ["charloop", (s) => firstFive(s)],
  ["codeat", (s) => s.codePointAt(3) ?? 0],
  ["ends2", (s) => "abc".endsWith(s) ? 1 : 0],
  ["inc2", (s) => "abc".includes(s) ? 1:0],
  ["split2", (s) => "abc".split(s).length],
  ["idx2", (s) => "abc".indexOf(s)],
  ["rep2", (s) => "abc".replace(s, "z").length],
  ["trimEnd", (s) => s.trimEnd().length],
  ["pad2", (s) => "a".padStart(5, s).length],
];

export function names(): string[] {
  return ways.map(([name, way]) => name);
}

export function run(at: number, unit: string, doublings: number): number {
  const [name, way] = ways[at];
  return way(grown(unit, doublings), grown(unit, doublings));
}
