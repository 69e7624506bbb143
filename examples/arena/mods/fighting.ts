// Two teams with abilities and cooldowns; the fallen are replaced.
import { log } from "host:arena";
import { Random } from "../shared/random.js";

type Team = "red" | "blue";
interface Ability {
  readonly name: string;
  readonly cooldown: number;
  use(self: Fighter, foe: Fighter, random: Random): number;
}

const abilities: Ability[] = [
  { name: "strike", cooldown: 0, use: (self, foe, random) => foe.hurt(self.strength * random.between(0.5, 1.5)) },
  { name: "fireball", cooldown: 4, use: (_self, foe, random) => foe.hurt(12 + random.int(9)) },
  {
    name: "mend",
    cooldown: 6,
    use(self) {
      self.health = Math.min(self.maximum, self.health + 15);
      return 0;
    },
  },
];

class Fighter {
  health: number;
  readonly maximum: number;
  private readonly ready = new Map<string, number>();

  constructor(readonly team: Team, readonly strength: number, private readonly armour: number) {
    this.maximum = this.health = 40 + strength * 2;
  }

  get alive(): boolean {
    return this.health > 0;
  }

  hurt(damage: number): number {
    const taken = Math.max(1, damage - this.armour);
    this.health -= taken;
    return taken;
  }

  act(n: number, foes: Fighter[], random: Random): number {
    const usable = abilities.filter((a) => (this.ready.get(a.name) ?? 0) <= n);
    const wounded = this.health < this.maximum * 0.4;
    const choice = (wounded ? usable.find((a) => a.name === "mend") : undefined) ?? random.pick(usable);
    this.ready.set(choice.name, n + choice.cooldown + 1);
    const target = foes.reduce((weakest, foe) => (foe.health < weakest.health ? foe : weakest));
    return choice.use(this, target, random);
  }
}

let random = new Random(0);
let fighters: Fighter[] = [];
const wins = new Map<Team, number>([["red", 0], ["blue", 0]]);
let damage = 0;

function recruit(team: Team): Fighter {
  return new Fighter(team, random.between(6, 14), random.int(4));
}

function members(team: Team): Fighter[] {
  return fighters.filter((f) => f.team === team && f.alive);
}

export function init(seed: number): void {
  random = new Random(seed);
  for (let i = 0; i < 10; i++) fighters.push(recruit(i % 2 === 0 ? "red" : "blue"));
}

export function tick(n: number): number {
  for (const fighter of random.shuffle([...fighters])) {
    const foes = members(fighter.team === "red" ? "blue" : "red");
    if (!fighter.alive || foes.length === 0) continue;
    damage += fighter.act(n, foes, random);
  }
  for (const team of ["red", "blue"] as Team[]) {
    if (members(team).length > 0) continue;
    const winner: Team = team === "red" ? "blue" : "red";
    wins.set(winner, (wins.get(winner) ?? 0) + 1);
    fighters = [...members(winner), ...Array.from({ length: 5 }, () => recruit(team))];
    while (members(winner).length < 5) fighters.push(recruit(winner));
    log(`${winner} wins at tick ${n}`);
  }
  return damage / 100 + Math.abs((wins.get("red") ?? 0) - (wins.get("blue") ?? 0));
}
