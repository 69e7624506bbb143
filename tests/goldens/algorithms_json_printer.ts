// A JSON-like value type with a printer, a parser and a comparison.
type Json = null | boolean | number | string | Json[] | Map<string, Json>;
function print(v: Json, indent = 0): string {
  if (v === null) return "null";
  if (typeof v === "string") return JSON.stringify(v);
  if (typeof v === "number" || typeof v === "boolean") return String(v);
  const pad = "  ".repeat(indent + 1);
  const end = "\n" + "  ".repeat(indent);
  if (Array.isArray(v)) {
    return v.length === 0 ? "[]" : "[\n" + v.map((x) => pad + print(x, indent + 1)).join(",\n") + end + "]";
  }
  const parts: string[] = [];
  for (const [key, value] of v) parts.push(`${pad}${JSON.stringify(key)}: ${print(value, indent + 1)}`);
  return parts.length === 0 ? "{}" : "{\n" + parts.join(",\n") + end + "}";
}
class Reader {
  private at = 0;
  constructor(private text: string) {}
  read(): Json {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw new Error(`trailing text at ${this.at}`);
    return value;
  }
  private space(): void {
    while (this.at < this.text.length && " \n\t\r".includes(this.text[this.at])) this.at++;
  }
  private expect(c: string): void {
    this.space();
    if (this.text[this.at] !== c) throw new Error(`expected ${c} at ${this.at}`);
    this.at++;
  }
  private peek(c: string): boolean {
    this.space();
    if (this.at >= this.text.length || this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }
  private value(): Json {
    this.space();
    for (const [word, value] of [["null", null], ["true", true], ["false", false]] as [string, Json][]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const c = this.at < this.text.length ? this.text[this.at] : "";
    if (c === '"') return this.string();
    if (c === "[") {
      this.at++;
      const out: Json[] = [];
      if (this.peek("]")) return out;
      do out.push(this.value());
      while (this.peek(","));
      this.expect("]");
      return out;
    }
    if (c === "{") {
      this.at++;
      const out = new Map<string, Json>();
      if (this.peek("}")) return out;
      do {
        this.space();
        const key = this.string();
        this.expect(":");
        out.set(key, this.value());
      } while (this.peek(","));
      this.expect("}");
      return out;
    }
    const start = this.at;
    while (this.at < this.text.length && "+-.eE0123456789".includes(this.text[this.at])) this.at++;
    if (this.at === start) throw new Error(`unexpected ${c === "" ? "end" : c} at ${start}`);
    return Number(this.text.slice(start, this.at));
  }
  private string(): string {
    this.expect('"');
    let out = "";
    while (this.text[this.at] !== '"') {
      if (this.text[this.at] === "\\") {
        this.at++;
        out += this.text[this.at] === "n" ? "\n" : this.text[this.at];
      } else {
        out += this.text[this.at];
      }
      this.at++;
      if (this.at >= this.text.length) throw new Error("unterminated string");
    }
    this.at++;
    return out;
  }
}
const text = '{"name": "Ra\\"ya", "list": [1, -2.5e2, [], {}, [true, false, null]], "nested": {"a": {"b": "c\\nd"}}}';
const value = new Reader(text).read();
console.log(print(value));
console.log(print(new Reader(print(value)).read()) === print(value));
console.log(value);
for (const bad of ["", "[1", "{\"a\" 1}", "[1] x", "\"abc", "[,]"]) {
  try {
    console.log(print(new Reader(bad).read()));
  } catch (e) {
    console.log(JSON.stringify(bad), (e as Error).message);
  }
}
