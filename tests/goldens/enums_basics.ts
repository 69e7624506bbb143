// Numeric, string and const enums.
enum Color {
  Red,
  Green,
  Blue = 10,
  Violet,
}
enum Level {
  Debug = "DEBUG",
  Info = "INFO",
}
const enum Bits {
  None = 0,
  Read = 1 << 0,
  Write = 1 << 1,
  All = Read | Write,
}
console.log(Color.Red, Color.Green, Color.Blue, Color.Violet, Level.Debug, Bits.All);

function name(c: Color): string {
  switch (c) {
    case Color.Red:
      return "red";
    case Color.Green:
      return "green";
    case Color.Blue:
      return "blue";
    default:
      return "other";
  }
}
console.log([Color.Red, Color.Blue, Color.Violet].map(name));
class Log {
  lines: string[] = [];
  constructor(private threshold: Level) {}
  write(level: Level, text: string): void {
    if (this.threshold === Level.Debug || level === Level.Info) this.lines.push(`${level}: ${text}`);
  }
}
const quiet = new Log(Level.Info);
quiet.write(Level.Debug, "hidden");
quiet.write(Level.Info, "shown");
console.log(quiet.lines, quiet);

let rights: number = Bits.None;
rights |= Bits.Read;
console.log((rights & Bits.Read) !== 0, (rights & Bits.Write) !== 0, rights === Bits.Read);
const counts = new Map<Color, number>();
for (const c of [Color.Red, Color.Blue, Color.Red]) counts.set(c, (counts.get(c) ?? 0) + 1);
console.log(counts, counts.get(Color.Green) ?? 0);
interface Pixel {
  color: Color;
  level?: Level;
}
const pixels: Pixel[] = [{ color: Color.Green }, { color: Color.Violet, level: Level.Info }];
console.log(pixels, pixels.filter((p) => p.color > Color.Green).length);
const next = (c: Color): Color => (c === Color.Red ? Color.Green : Color.Red);
console.log(next(Color.Red) === Color.Green, next(next(Color.Red)), Color.Blue + 1 === Color.Violet);
