// Quests as state machines fed by events; heroes gain levels; text is written on the way.
import { log } from "host:arena";
import { Random } from "../shared/random.js";

type GameEvent =
  | { kind: "kill"; monster: string }
  | { kind: "find"; item: string; amount: number }
  | { kind: "talk"; person: string };

interface Goal {
  readonly text: string;
  advance(event: GameEvent): number;
  readonly target: number;
}

const MONSTERS = ["rat", "wolf", "troll"];
const ITEMS = ["herb", "coin", "gem"];
const PEOPLE = ["smith", "witch", "king"];

function killGoal(monster: string, target: number): Goal {
  return {
    text: `slay ${target} ${monster}s`,
    target,
    advance: (event) => (event.kind === "kill" && event.monster === monster ? 1 : 0),
  };
}

function findGoal(item: string, target: number): Goal {
  return {
    text: `gather ${target} ${item}s`,
    target,
    advance: (event) => (event.kind === "find" && event.item === item ? event.amount : 0),
  };
}

function talkGoal(person: string): Goal {
  return {
    text: `speak with the ${person}`,
    target: 1,
    advance(event) {
      return event.kind === "talk" && event.person === person ? 1 : 0;
    },
  };
}

class Quest {
  private step = 0;
  private progress = 0;

  constructor(readonly title: string, private readonly goals: Goal[], readonly reward: number) {}

  get done(): boolean {
    return this.step >= this.goals.length;
  }

  handle(event: GameEvent): boolean {
    if (this.done) return false;
    const goal = this.goals[this.step];
    this.progress += goal.advance(event);
    if (this.progress < goal.target) return false;
    this.step++;
    this.progress = 0;
    return this.done;
  }

  toString(): string {
    return `${this.title}: ${this.goals.map((g, i) => (i < this.step ? "[x] " : "[ ] ") + g.text).join(", ")}`;
  }
}

class Hero {
  level = 1;
  private experience = 0;
  private quests: Quest[] = [];
  readonly journal: string[] = [];

  constructor(readonly name: string) {}

  handle(event: GameEvent, random: Random): void {
    for (const quest of this.quests) {
      if (!quest.handle(event)) continue;
      this.gain(quest.reward);
      this.journal.push(`${this.name} finished "${quest.title}"`);
    }
    this.quests = this.quests.filter((quest) => !quest.done);
    while (this.quests.length < 3) this.quests.push(makeQuest(random, this.level));
    if (this.journal.length > 20) this.journal.splice(0, 10);
  }

  private gain(amount: number): void {
    this.experience += amount;
    while (this.experience >= this.level * 100) {
      this.experience -= this.level * 100;
      this.level++;
    }
  }
}

function makeQuest(random: Random, level: number): Quest {
  const goals: Goal[] = [];
  for (let i = 0; i < 1 + random.int(3); i++) {
    const kind = random.int(3);
    if (kind === 0) goals.push(killGoal(random.pick(MONSTERS), 1 + random.int(level + 2)));
    else if (kind === 1) goals.push(findGoal(random.pick(ITEMS), 2 + random.int(5)));
    else goals.push(talkGoal(random.pick(PEOPLE)));
  }
  return new Quest(`quest ${random.int(1000)}`, goals, 30 * goals.length);
}

function makeEvent(random: Random): GameEvent {
  switch (random.int(3)) {
    case 0:
      return { kind: "kill", monster: random.pick(MONSTERS) };
    case 1:
      return { kind: "find", item: random.pick(ITEMS), amount: 1 + random.int(3) };
    default:
      return { kind: "talk", person: random.pick(PEOPLE) };
  }
}

let random = new Random(0);
let heroes: Hero[] = [];

export function init(seed: number): void {
  random = new Random(seed);
  heroes = ["Ada", "Bo", "Cy", "Di"].map((name) => new Hero(name));
}

export function tick(n: number): number {
  for (const hero of heroes) hero.handle(makeEvent(random), random);
  if (n % 300 === 299) {
    for (const { name, level, journal } of heroes) log(`${name} is at level ${level}: ${journal.at(-1) ?? "nothing yet"}`);
  }
  return heroes.reduce((sum, hero) => sum + hero.level * 10, 0);
}
