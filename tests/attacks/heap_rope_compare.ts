// Texts that take little until they are read are joined from themselves, and compared.
// fails: heap limit exceeded
function joined(unit: string): string {
  let text = unit.repeat(100);
  for (let i = 0; i < 22; i++) text = text + text;
  return text;
}

export function main(): number {
  let equal = 0;
  while (joined("x") === joined("x") && joined("λ") < joined("λ") + "x") equal++;
  return equal;
}
