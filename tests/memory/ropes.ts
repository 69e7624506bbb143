// Each export does one thing with two texts of 500 units doubled so often, which take little until they are read.

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

export function ofIndex(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.indexOf("y");
}

export function ofLastIndex(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.lastIndexOf("y");
}

export function ofIncludes(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.includes("y") ? 1 : 0;
}

export function ofStarts(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.startsWith("y")?1:0;
}

export function ofEnds(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.endsWith("y")?1:0;
}

export function ofSlice(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.slice(5, 10).length;
}

export function ofSubstring(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.substring(1, s.length - 1).length;
}

export function ofCharAt(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.charCodeAt(77);
}

export function ofAt(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (s.at(-1) ?? "").length;
}

export function ofEq(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s === t ? 1 : 0;
}

export function ofLess(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s < t ? 1 : 0;
}

export function ofUpper(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.toUpperCase().length;
}

export function ofLower(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.toLowerCase().length;
}

export function ofTrim(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.trim().length;
}

export function ofRepeat(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.repeat(1).length;
}

export function ofPad(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.padEnd(10).length;
}

export function ofSplit(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.split("y").length;
}

export function ofSplitx(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.split("x").length;
}

export function ofReplace(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.replace("y", "z").length;
}

export function ofReplaceAll(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.replaceAll("y", "z").length;
}

export function ofReplaceBy(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return "y".replace("y", s).length;
}

export function ofConcat(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (s + t).length;
}

export function ofTemplate(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return `${s}!`.length;
}

export function ofJson(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return JSON.stringify(s).length;
}

export function ofParseInt(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return parseInt(s);
}

export function ofNumber(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return Number(s);
}

export function ofParseFloat(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return parseFloat(s);
}

export function ofMap(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return new Map([[s, 1]]).size;
}

export function ofMapget(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return new Map([["a", 1]]).get(s) ?? 0;
}

export function ofSet(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return new Set([s]).has(t) ? 1 : 0;
}

export function ofJoin(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return [s, t].join(s).length;
}

export function ofArray(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return [s].includes(t) ? 1 : 0;
}

export function ofArrIndex(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return [s].indexOf(t);
}

export function ofLog(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (console.log(s), 1);
}

export function ofLogobj(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (console.log([s]), 1);
}

export function ofLogfmt(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (console.log("%d", s), 1);
}

export function ofCodepoints(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return [...s].length;
}

export function ofSort(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return [s, t].sort().length;
}

export function ofLocaleCompare(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.localeCompare(t);
}

export function ofThrowstr(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return fails(s);
}

export function ofThrowname(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return failsNamed(s);
}

export function ofStack(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (new Error(s).stack ?? "").length;
}

export function ofErrstr(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return String(new Error(s)).length;
}

export function ofReject(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (Promise.reject(new Error(s)), 1);
}

export function ofSwitch(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return chosen(s);
}

export function ofObj(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (console.log({ a: new Error(s) }), 1);
}

export function ofFromch(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return String.fromCharCode(s.length).length;
}

export function ofInspecterr(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return (console.log(new Error(s)), 1);
}

export function ofJsonobj(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return JSON.stringify({a: s, b: [s]}).length;
}

export function ofJsonspace(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return JSON.stringify({a: 1}, null, s).length;
}

export function ofParsefloatnum(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return +s;
}

export function ofStrcmpge(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s >= t ? 1 : 0;
}

export function ofCharloop(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return firstFive(s);
}

export function ofCodeat(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.codePointAt(3) ?? 0;
}

export function ofEnds2(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return "abc".endsWith(s) ? 1 : 0;
}

export function ofInc2(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return "abc".includes(s) ? 1:0;
}

export function ofSplit2(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return "abc".split(s).length;
}

export function ofIdx2(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return "abc".indexOf(s);
}

export function ofRep2(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return "abc".replace(s, "z").length;
}

export function ofTrimEnd(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return s.trimEnd().length;
}

export function ofPad2(unit: string, doublings: number): number {
  const [s, t] = [grown(unit, doublings), grown(unit, doublings)];
  return "a".padStart(5, s).length;
}
