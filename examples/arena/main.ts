// The arena's host, itself a Raya program: one inner VM a mod, 600 ticks, and a scoreboard.
// Mods loop for ever, allocate for ever and throw; each meets its own end and the others go on.
import { Vm } from "raya:vm";

const TICKS = 600;
const MODS = [
  "steering", "fighting", "trading", "pathfinding", "farming", "crafting", "ecology", "quests", "dungeon",
  "spinner", "hoarder", "thrower",
];

class Contender {
  readonly vm: Vm;
  score = 0;
  ticks = 0;
  fate = "finished";
  playing = true;

  constructor(readonly name: string) {
    this.vm = new Vm({
      name,
      maxHeapBytes: 2 * 1024 * 1024,
      maxTasks: 8,
      maxStepBudget: 40_000_000,
      capabilities: ["arena"],
    });
  }

  // Loads and prepares the mod; what goes wrong here is its fate already.
  async enter(seed: number): Promise<void> {
    await this.attempt(async () => {
      this.vm.loadRbin(`./mods/${this.name}.rbin`);
      await this.vm.runEntry("init", [seed]);
    });
  }

  async tick(n: number): Promise<void> {
    if (!this.playing) return;
    await this.attempt(async () => {
      this.score = await this.vm.runEntry<number>("tick", [n]);
      this.ticks = n + 1;
    });
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (e) {
      this.playing = false;
      // The first line names the fault; the lines after it say where.
      this.fate = (e instanceof Error ? e.message : String(e)).split("\n")[0];
    }
  }

  report(): string {
    const { stepsExecuted, heapBytesUsed } = this.vm.getStats();
    const columns = [
      this.name.padEnd(12),
      this.score.toFixed(1).padStart(10),
      String(this.ticks).padStart(6),
      stepsExecuted.toLocaleString().padStart(12),
      heapBytesUsed.toLocaleString().padStart(11),
    ];
    return columns.join(" ") + "  " + this.fate;
  }
}

const contenders = MODS.map((name) => new Contender(name));
await Promise.all(contenders.map((contender, i) => contender.enter(1000 + i)));
for (let n = 0; n < TICKS; n++) {
  await Promise.all(contenders.map((contender) => contender.tick(n)));
}

console.log("mod               score  ticks        steps        heap  fate");
const ranking = [...contenders].sort((a, b) => b.score - a.score || a.name.localeCompare(b.name));
for (const contender of ranking) console.log(contender.report());
const alive = contenders.filter((contender) => contender.playing);
console.log(`${alive.length} of ${contenders.length} mods finished ${TICKS} ticks`);
for (const contender of contenders) contender.vm.terminate();
