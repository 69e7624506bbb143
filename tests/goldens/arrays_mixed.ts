// Arrays whose elements are unions: numbers beside strings, objects and null.
type Cell = number | string | boolean | null;
const row: Cell[] = [1, "two", true, null, 3.5, ""];
let numbers = 0;
let texts = "";
for (const cell of row) {
  if (typeof cell === "number") numbers += cell;
  else if (typeof cell === "string") texts += `[${cell}]`;
  else if (cell === null) texts += "<null>";
  else texts += cell ? "yes" : "no";
}
console.log(numbers, texts, row);
row.push("end", -1);
row[0] = row[1];
console.log(row, row.indexOf("end"), row.indexOf(-1), row.includes(true), row.includes(false));
console.log(row.map((c) => typeof c), row.filter((c) => typeof c === "string"));
console.log(row.slice(2, 5), row.reverse(), row.length);

type Token = { kind: "num"; value: number } | { kind: "op"; op: string };
const tokens: Token[] = [{ kind: "num", value: 1 }, { kind: "op", op: "+" }, { kind: "num", value: 2 }];
console.log(tokens.map((t) => (t.kind === "num" ? t.value * 10 : t.op)));
console.log(tokens);

function isNumber(cell: Cell): cell is number {
  return typeof cell === "number";
}
const onlyNumbers: number[] = row.filter(isNumber);
console.log(onlyNumbers, onlyNumbers.reduce((a, b) => a + b, 0));
const firstText = row.find((c) => typeof c === "string");
console.log(firstText);
const nested: (number | number[])[] = [1, [2, 3], 4];
let flatSum = 0;
for (const entry of nested) flatSum += Array.isArray(entry) ? entry.length : entry;
console.log(flatSum, nested);
