// Fields of crops under changing weather; the farmer sows, waters and harvests.
import { Random } from "../shared/random.js";

enum Weather {
  Sun,
  Rain,
  Drought,
}

type Field =
  | { state: "empty" }
  | { state: "growing"; crop: Crop; age: number; water: number }
  | { state: "ripe"; crop: Crop; since: number };

interface Crop {
  readonly name: string;
  readonly days: number;
  readonly thirst: number;
  readonly value: number;
}

const crops: Crop[] = [
  { name: "wheat", days: 10, thirst: 0.5, value: 4 },
  { name: "maize", days: 16, thirst: 0.8, value: 9 },
  { name: "melon", days: 24, thirst: 1.2, value: 20 },
];

let random = new Random(0);
let fields: Field[] = [];
let weather = Weather.Sun;
let barn = new Map<string, number>();
let gold = 40;

function nextWeather(): Weather {
  if (random.chance(0.7)) return weather;
  return random.pick([Weather.Sun, Weather.Sun, Weather.Rain, Weather.Drought]);
}

function rainfall(): number {
  switch (weather) {
    case Weather.Sun:
      return 0;
    case Weather.Rain:
      return 4;
    case Weather.Drought:
      return -1;
  }
}

function grow(field: Field, n: number): Field {
  switch (field.state) {
    case "empty":
      return field;
    case "growing": {
      const water = field.water + rainfall() - field.crop.thirst;
      if (water < -10) return { state: "empty" };
      if (field.age >= field.crop.days) return { state: "ripe", crop: field.crop, since: n };
      return { ...field, water, age: field.age + (water >= 0 ? 1 : 0.5) };
    }
    case "ripe":
      return n - field.since > 15 ? { state: "empty" } : field;
  }
}

function work(field: Field): Field {
  if (field.state === "ripe") {
    barn.set(field.crop.name, (barn.get(field.crop.name) ?? 0) + field.crop.value);
    return { state: "empty" };
  }
  if (field.state === "growing") {
    if (field.water >= 0 || gold < 0.2) return field;
    gold -= 0.2;
    return { ...field, water: field.water + 8 };
  }
  const affordable = crops.filter((crop) => crop.value / 4 <= gold);
  if (affordable.length === 0) return field;
  const crop = random.pick(affordable);
  gold -= crop.value / 4;
  return { state: "growing", crop, age: 0, water: 6 };
}

export function init(seed: number): void {
  random = new Random(seed);
  fields = Array.from({ length: 16 }, (): Field => ({ state: "empty" }));
}

export function tick(n: number): number {
  weather = nextWeather();
  fields = fields.map((field) => grow(field, n));
  for (let hour = 0; hour < 4; hour++) {
    const at = (n * 4 + hour) % fields.length;
    fields[at] = work(fields[at]);
  }
  if (n % 20 === 19) {
    for (const [name, amount] of barn) {
      gold += amount;
      barn.set(name, 0);
    }
  }
  return Math.round(gold * 10) / 10;
}
