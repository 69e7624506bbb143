// Throwing and catching: Error, its subclasses, custom classes, other values.
class ValidationError extends Error {
  constructor(readonly field: string, message: string) {
    super(message);
    this.name = "ValidationError";
  }
}
class RequiredError extends ValidationError {
  constructor(field: string) {
    super(field, `${field} is required`);
    this.name = "RequiredError";
  }
  get short(): string {
    return `!${this.field}`;
  }
}
class Plain extends Error {}

function validate(age: string | undefined): number {
  if (age === undefined) throw new RequiredError("age");
  const n = Number(age);
  if (Number.isNaN(n)) throw new ValidationError("age", `"${age}" is no number`);
  if (n < 0) throw new RangeError("negative age");
  if (n > 150) throw "too old";
  if (n > 120) throw { code: 7, n };
  if (n > 110) throw new Plain("plain");
  return n;
}
for (const input of ["42", undefined, "x", "-1", "200", "130", "115"]) {
  try {
    console.log("ok", validate(input));
  } catch (e) {
    if (e instanceof RequiredError) console.log("required", e.field, e.short, e.message);
    else if (e instanceof ValidationError) console.log("invalid", e.field, e.message, e.name);
    else if (e instanceof RangeError) console.log("range", e.message, e.name, e instanceof Error);
    else if (e instanceof Error) console.log("error", e.name, e.message, String(e), e instanceof Plain);
    else if (typeof e === "string") console.log("string", e);
    else console.log("other", e);
  }
}
const made = new Error("made", { cause: new TypeError("why") });
console.log(made.message, made.cause instanceof TypeError, (made.cause as Error).message);
console.log(String(made), `${new TypeError("t")}`, new RangeError().toString(), new ValidationError("f", "m").toString());
console.log(new Error().message === "", new Error("x").name, typeof made.stack, made.stack?.startsWith("Error: made"));
const errors: Error[] = [new Error("a"), new TypeError("b"), new RequiredError("c")];
console.log(errors.map((e) => `${e.name}/${e.message}`));
console.log(errors.filter((e) => e instanceof ValidationError).length);
