// A supervisor: one inner VM a worker, restarted when it fails, with longer and longer pauses, until it has failed too often.
// What happens in a worker stays there: a throw, a loop without end and a heap that is full are all the same to the others.
import { Vm } from "raya:vm";
import { sleep } from "raya:time";

class LogCapability {
  readonly name = "log";

  constructor(private worker: string) {}

  info(message: string): void {
    console.log(`[${this.worker}] ${message}`);
  }
}

const RESTARTS_MAX = 3;
const PAUSE_MS = 100;

class Supervised {
  restarts = 0;
  private vm: Vm | undefined;

  constructor(
    readonly worker: string,
    readonly jobs: number,
  ) {}

  // Runs the worker's jobs from the first that is not done, in a new VM after every failure.
  async run(): Promise<string> {
    let done = 0;
    let failed = -1;
    while (done < this.jobs) {
      const vm = this.vm ?? (await this.start());
      this.vm = vm;
      try {
        await vm.runEntry<string>("job", [done]);
        done++;
      } catch (error) {
        vm.terminate();
        this.vm = undefined;
        const why = firstLine(error);
        if (this.restarts === RESTARTS_MAX) return `gave up after ${done} of ${this.jobs} jobs: ${why}`;
        this.restarts++;
        console.log(`restart ${this.restarts} of ${this.worker}: ${why}`);
        await sleep(PAUSE_MS * 2 ** this.restarts);
        // A job that fails twice must not hold up the rest.
        if (failed === done) done++;
        else failed = done;
      }
    }
    this.vm?.terminate();
    return `done, with ${this.restarts} restarts`;
  }

  private async start(): Promise<Vm> {
    const vm = new Vm({
      name: this.worker,
      maxHeapBytes: 1024 * 1024,
      maxTasks: 8,
      maxStepBudget: 2_000_000,
      capabilities: [new LogCapability(this.worker)],
    });
    vm.loadRbin(`./workers/${this.worker}.rbin`);
    return vm;
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

const workers = [new Supervised("steady", 4), new Supervised("flaky", 6), new Supervised("greedy", 4)];
const running: Promise<string>[] = workers.map((worker) => worker.run());
const fates = await Promise.all(running);
workers.forEach((worker, i) => console.log(`${worker.worker}: ${fates[i]}`));
