// Tagged unions with switch and exhaustiveness.
type Shape =
  | { kind: "circle"; r: number }
  | { kind: "rect"; w: number; h: number }
  | { kind: "poly"; points: [number, number][] };

function assertNever(x: never): never {
  throw new Error("unexpected " + JSON.stringify(x));
}
function area(s: Shape): number {
  switch (s.kind) {
    case "circle":
      return Math.PI * s.r * s.r;
    case "rect":
      return s.w * s.h;
    case "poly": {
      let twice = 0;
      for (let i = 0; i < s.points.length; i++) {
        const [x1, y1] = s.points[i];
        const [x2, y2] = s.points[(i + 1) % s.points.length];
        twice += x1 * y2 - x2 * y1;
      }
      return Math.abs(twice) / 2;
    }
    default:
      return assertNever(s);
  }
}
const shapes: Shape[] = [
  { kind: "circle", r: 2 },
  { kind: "rect", w: 3, h: 4.5 },
  { kind: "poly", points: [[0, 0], [4, 0], [4, 3]] },
];
for (const s of shapes) console.log(s.kind, area(s).toFixed(2));
console.log(shapes);

type Action = { type: "add"; text: string } | { type: "toggle"; index: number } | { type: "clear" };
interface Todo {
  text: string;
  done: boolean;
}
function reduce(todos: readonly Todo[], action: Action): Todo[] {
  switch (action.type) {
    case "add":
      return [...todos, { text: action.text, done: false }];
    case "toggle":
      return todos.map((t, i) => (i === action.index ? { ...t, done: !t.done } : t));
    case "clear":
      return todos.filter((t) => !t.done);
  }
}
let todos: Todo[] = [];
const actions: Action[] = [
  { type: "add", text: "write" },
  { type: "add", text: "test" },
  { type: "toggle", index: 0 },
  { type: "clear" },
];
for (const action of actions) {
  todos = reduce(todos, action);
  console.log(action.type, todos);
}
