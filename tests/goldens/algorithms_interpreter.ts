// A lexer, parser and interpreter for a small language with functions.
type Token = { kind: "num"; value: number } | { kind: "name"; text: string } | { kind: "op"; text: string } | { kind: "end" };
type Expr =
  | { type: "num"; value: number }
  | { type: "var"; name: string }
  | { type: "bin"; op: string; left: Expr; right: Expr }
  | { type: "neg"; operand: Expr }
  | { type: "call"; name: string; args: Expr[] }
  | { type: "let"; name: string; value: Expr };

function lex(source: string): Token[] {
  const tokens: Token[] = [];
  let i = 0;
  const isDigit = (c: string): boolean => c >= "0" && c <= "9";
  const isLetter = (c: string): boolean => (c >= "a" && c <= "z") || c === "_";
  while (i < source.length) {
    const c = source[i];
    if (c === " ") {
      i++;
    } else if (isDigit(c)) {
      let j = i;
      while (j < source.length && (isDigit(source[j]) || source[j] === ".")) j++;
      tokens.push({ kind: "num", value: parseFloat(source.slice(i, j)) });
      i = j;
    } else if (isLetter(c)) {
      let j = i;
      while (j < source.length && (isLetter(source[j]) || isDigit(source[j]))) j++;
      tokens.push({ kind: "name", text: source.slice(i, j) });
      i = j;
    } else if ("+-*/^(),=".includes(c)) {
      tokens.push({ kind: "op", text: c });
      i++;
    } else {
      throw new Error(`unexpected '${c}' at ${i}`);
    }
  }
  tokens.push({ kind: "end" });
  return tokens;
}
class Parser {
  private at = 0;
  constructor(private tokens: Token[]) {}
  parse(): Expr {
    const first = this.tokens[0];
    const second = this.tokens[1];
    if (first.kind === "name" && second?.kind === "op" && second.text === "=") {
      this.at = 2;
      return { type: "let", name: first.text, value: this.whole() };
    }
    return this.whole();
  }
  private whole(): Expr {
    const e = this.binary(0);
    if (this.tokens[this.at].kind !== "end") throw new Error(`unexpected token ${this.at}`);
    return e;
  }
  private binary(min: number): Expr {
    let left = this.unary();
    for (;;) {
      const t = this.tokens[this.at];
      if (t.kind !== "op") return left;
      const power = t.text === "+" || t.text === "-" ? 1 : t.text === "*" || t.text === "/" ? 2 : t.text === "^" ? 3 : 0;
      if (power === 0 || power < min) return left;
      this.at++;
      left = { type: "bin", op: t.text, left, right: this.binary(t.text === "^" ? power : power + 1) };
    }
  }
  private accept(text: string): boolean {
    const t = this.tokens[this.at];
    if (t.kind !== "op" || t.text !== text) return false;
    this.at++;
    return true;
  }
  private unary(): Expr {
    if (this.accept("-")) return { type: "neg", operand: this.unary() };
    const t = this.tokens[this.at++];
    if (t.kind === "num") return { type: "num", value: t.value };
    if (t.kind === "name") {
      if (!this.accept("(")) return { type: "var", name: t.text };
      const args: Expr[] = [];
      while (!this.accept(")")) {
        args.push(this.binary(0));
        this.accept(",");
      }
      return { type: "call", name: t.text, args };
    }
    if (t.kind === "op" && t.text === "(") {
      const e = this.binary(0);
      if (!this.accept(")")) throw new Error("missing )");
      return e;
    }
    throw new Error(t.kind === "end" ? "unexpected end" : `unexpected ${t.text}`);
  }
}
class Interpreter {
  private variables = new Map<string, number>([["pi", Math.PI]]);
  private functions = new Map<string, (...args: number[]) => number>([
    ["sqrt", Math.sqrt],
    ["max", (...args) => Math.max(...args)],
    ["twice", (x) => x * 2],
  ]);
  evaluate(e: Expr): number {
    switch (e.type) {
      case "num":
        return e.value;
      case "var": {
        const value = this.variables.get(e.name);
        if (value === undefined) throw new Error(`unknown variable ${e.name}`);
        return value;
      }
      case "neg":
        return -this.evaluate(e.operand);
      case "let": {
        const value = this.evaluate(e.value);
        this.variables.set(e.name, value);
        return value;
      }
      case "call": {
        const f = this.functions.get(e.name);
        if (!f) throw new Error(`unknown function ${e.name}`);
        return f(...e.args.map((a) => this.evaluate(a)));
      }
      case "bin": {
        const l = this.evaluate(e.left);
        const r = this.evaluate(e.right);
        switch (e.op) {
          case "+": return l + r;
          case "-": return l - r;
          case "*": return l * r;
          case "/": return l / r;
          default: return l ** r;
        }
      }
    }
  }
}
const interpreter = new Interpreter();
for (const line of ["1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "-2 ^ 2", "x = 4 * 2.5", "x / 4 - -x", "sqrt(x * x + max(1, 44, 3)) + twice(pi)", "y + 1", "1 +", "2 $ 3", "(1", "nope(1)", "1 2"]) {
  try {
    console.log(line, "=>", interpreter.evaluate(new Parser(lex(line)).parse()));
  } catch (e) {
    console.log(line, "!!", (e as Error).message);
  }
}
