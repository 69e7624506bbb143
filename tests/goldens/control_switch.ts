// switch: fall through, default in the middle, strings, shared scope, nesting.
function grade(score: number): string {
  switch (true) {
    case score >= 90:
      return "A";
    case score >= 80:
      return "B";
    default:
      return "F";
  }
}
function trace(n: number): string {
  let path = "";
  switch (n) {
    case 1:
      path += "one ";
    case 2:
      path += "two ";
      break;
    default:
      path += "default ";
    case 3: {
      path += "three ";
      break;
    }
    case 4:
      return "four";
  }
  return path + "end";
}
console.log(grade(95), grade(85), grade(10));
for (const n of [1, 2, 3, 4, 5, NaN]) console.log(n, trace(n));

function command(line: string): string {
  const [verb, ...rest] = line.split(" ");
  switch (verb) {
    case "go":
      switch (rest[0]) {
        case "north":
        case "south":
          return "moving " + rest[0];
        default:
          return "go where?";
      }
    case "take": {
      const what = rest.join("_");
      return `taken ${what}`;
    }
    case "":
      return "say something";
    default:
      return `unknown ${verb}`;
  }
}
for (const line of ["go north", "go up", "take old lamp", "", "fly"]) console.log(command(line));
let evaluated = 0;
const test = (n: number): number => {
  evaluated++;
  return n;
};
switch (2) {
  case test(1):
  case test(2):
    console.log("hit");
    break;
  case test(3):
    console.log("never");
}
console.log(evaluated);
let sum = 0;
for (let i = 0; i < 6; i++) {
  switch (i % 3) {
    case 0:
      continue;
    case 1:
      sum += 10;
      break;
    default:
      sum += 1;
  }
}
console.log(sum);
