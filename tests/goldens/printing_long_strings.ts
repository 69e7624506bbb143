// Line breaking at 72 and 76 columns, long keys, arrays of objects, numbers beside text.
const row = (n: number) => ({ id: n, name: `user number ${n}`, email: `user${n}@example.org` });
console.log([row(1), row(2)]);
console.log([row(1)]);
console.log({ rows: [row(10), row(20)], total: 2 });
for (let width = 60; width <= 80; width += 2) console.log(["x".repeat(width)].concat(["y"]));
for (let width = 54; width <= 72; width += 3) console.log({ key: "v".repeat(width), k2: 1 });
console.log({ a: { b: "x".repeat(50), c: "y".repeat(10) }, d: 1 });
console.log({ longPropertyNameNumberOne: 1, longPropertyNameNumberTwo: 2, longPropertyName3: 3 });
console.log({ longPropertyNameNumberOne: 1, longPropertyNameNumberTwo: 2, longPropertyName34: 3 });
console.log({ longPropertyNameNumberOne: 1, longPropertyNameNumberTwo: 2, longPropertyName345: 33 });
class Config {
  host = "localhost.localdomain";
  port = 8080;
  paths = ["/usr/local/share/raya", "/opt/raya"];
  retry = { times: 3, delay: 250.5, strategies: ["linear", "exponential"] };
}
console.log(new Config());
console.log([new Config().retry, new Config().retry]);
console.log({ matrix: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], label: "identity", meta: { size: 3, kind: null } });
console.log([["name", "age"], ["Ann", 31], ["Bob", 25]]);
console.log([[1, 2, [3, 4, [5, [6]]]], { a: { b: { c: { d: 1 } } } }]);
