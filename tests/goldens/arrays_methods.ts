// The methods that take a function.
interface Person {
  name: string;
  age: number;
}
const people: Person[] = [
  { name: "Ann", age: 31 },
  { name: "Bob", age: 17 },
  { name: "Cid", age: 45 },
  { name: "Dee", age: 17 },
];
console.log(people.map((p) => p.name));
console.log(people.filter((p) => p.age >= 18).map((p) => p.name.toUpperCase()));
console.log(people.find((p) => p.age === 17)?.name, people.find((p) => p.age === 99));
console.log(people.findIndex((p) => p.name === "Cid"), people.findIndex((p) => p.name === "Zed"));
console.log(people.some((p) => p.age > 40), people.every((p) => p.age > 40), ([] as number[]).every((n) => n > 0));
console.log(people.reduce((sum, p) => sum + p.age, 0), people.reduceRight((text, p) => text + p.name[0], ""));
console.log([1, 2, 3].reduce((a, b) => a * b), [[1], [2, 3]].flatMap((x) => [...x, 0]));
people.forEach((p, i) => console.log(i, p.name, p.age));
console.log([5, 1, 4].map((n, i, all) => n * i + all.length));
console.log(people.findLast((p) => p.age === 17)?.name, people.findLastIndex((p) => p.age === 17));

const byAge = new Map<number, string[]>();
for (const { name, age } of people) {
  const group = byAge.get(age);
  if (group === undefined) byAge.set(age, [name]);
  else group.push(name);
}
console.log(byAge);
console.log([1, 2, 3, 4].filter((n) => n % 2 === 0).map((n) => n * n).reduce((a, b) => a + b));
try {
  ([] as number[]).reduce((a, b) => a + b);
} catch (e) {
  if (e instanceof TypeError) console.log(e.message);
}
const matrix = [[1, 2], [3, 4]].map((row) => row.map((n) => n * 10));
console.log(matrix, matrix.flat());
