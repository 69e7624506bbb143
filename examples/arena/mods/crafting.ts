// Recipes that need other recipes: workers take the job whose needs are met.
import { log } from "host:arena";
import { Random } from "../shared/random.js";

interface Recipe {
  readonly makes: string;
  readonly needs: [item: string, amount: number][];
  readonly effort: number;
}

const recipes = new Map<string, Recipe>();
for (const recipe of [
  { makes: "log", needs: [], effort: 2 },
  { makes: "ore", needs: [], effort: 3 },
  { makes: "plank", needs: [["log", 1]], effort: 1 },
  { makes: "ingot", needs: [["ore", 2], ["log", 1]], effort: 4 },
  { makes: "nail", needs: [["ingot", 1]], effort: 1 },
  { makes: "tool", needs: [["ingot", 1], ["plank", 1]], effort: 3 },
  { makes: "chair", needs: [["plank", 4], ["nail", 2]], effort: 5 },
  { makes: "house", needs: [["plank", 12], ["nail", 8], ["tool", 2], ["chair", 2]], effort: 20 },
] as Recipe[]) {
  recipes.set(recipe.makes, recipe);
}

class Store {
  private readonly items = new Map<string, number>();

  count(item: string): number {
    return this.items.get(item) ?? 0;
  }

  add(item: string, amount: number): void {
    this.items.set(item, this.count(item) + amount);
  }

  take(needs: readonly [string, number][]): boolean {
    if (needs.some(([item, amount]) => this.count(item) < amount)) return false;
    for (const [item, amount] of needs) this.add(item, -amount);
    return true;
  }

  get worth(): number {
    let sum = 0;
    for (const [item, amount] of this.items) sum += amount * cost(item);
    return sum;
  }
}

const costs = new Map<string, number>();

// The work in one item, all that it is made of included.
function cost(item: string): number {
  const known = costs.get(item);
  if (known !== undefined) return known;
  const recipe = recipes.get(item);
  if (recipe === undefined) throw new Error(`nobody makes ${item}`);
  const total = recipe.needs.reduce((sum, [need, amount]) => sum + amount * cost(need), recipe.effort);
  costs.set(item, total);
  return total;
}

class Worker {
  private job: Recipe | null = null;
  private left = 0;

  constructor(readonly skill: number) {}

  work(store: Store, wanted: string[]): void {
    if (this.job === null) {
      const name = wanted.find((item) => store.take(recipes.get(item)?.needs ?? []));
      if (name === undefined) return;
      this.job = recipes.get(name) ?? null;
      this.left = this.job?.effort ?? 0;
    }
    this.left -= this.skill;
    if (this.left > 0 || this.job === null) return;
    store.add(this.job.makes, 1);
    this.job = null;
  }
}

// What is missing for one `goal`, the deepest first.
function plan(goal: string, amount: number, store: Store, out: string[]): void {
  const missing = amount - store.count(goal);
  if (missing <= 0) return;
  for (const [need, each] of recipes.get(goal)?.needs ?? []) plan(need, each * missing, store, out);
  if (!out.includes(goal)) out.push(goal);
}

const store = new Store();
let workers: Worker[] = [];
let houses = 0;

export function init(seed: number): void {
  const random = new Random(seed);
  workers = Array.from({ length: 6 }, () => new Worker(random.between(0.6, 1.6)));
}

export function tick(n: number): number {
  const wanted: string[] = [];
  plan("house", store.count("house") + 1, store, wanted);
  wanted.reverse();
  for (const worker of workers) worker.work(store, wanted);
  if (store.count("house") > houses) {
    houses = store.count("house");
    log(`house ${houses} stands at tick ${n}`);
  }
  return store.worth / 10;
}
