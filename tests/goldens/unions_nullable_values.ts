// null and undefined through fields, parameters, returns and containers.
class Employee {
  boss: Employee | null = null;
  nickname?: string;
  salary: number | undefined;
  constructor(readonly name: string) {}
  chain(): string {
    return this.boss ? `${this.name} < ${this.boss.chain()}` : this.name;
  }
}
const ann = new Employee("Ann");
const bob = new Employee("Bob");
const cid = new Employee("Cid");
bob.boss = ann;
cid.boss = bob;
cid.nickname = "C";
bob.salary = 100;
console.log(cid.chain(), cid.nickname ?? "-", bob.nickname ?? "-", bob.salary, ann.salary);
console.log(cid.boss?.boss?.boss, cid.boss?.boss?.name, ann.boss === null, ann.nickname === undefined);
console.log(bob);

function find(list: Employee[], name: string): Employee | undefined {
  for (const e of list) if (e.name === name) return e;
}
console.log(find([ann, bob], "Bob")?.name, find([ann], "Zed"));
const totals: (number | null)[] = [1, null, 3];
let sum = 0;
for (const t of totals) {
  if (t == null) continue;
  sum += t;
}
console.log(sum, totals.filter((t) => t != null).length);

function divide(a: number, b: number): number | undefined {
  return b === 0 ? undefined : a / b;
}
const results = [divide(1, 2), divide(1, 0), divide(0, 5)];
console.log(results, results.map((r) => (r === undefined ? "bad" : r.toFixed(1))));
const maybe = divide(9, 3)!;
console.log(maybe + 1);
let lastSeen: string | null | undefined;
console.log(lastSeen, lastSeen === undefined, lastSeen == null);
lastSeen = null;
console.log(lastSeen, lastSeen == null, lastSeen === undefined);
