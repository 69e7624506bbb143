import { Vm } from "raya:vm";

const vm = new Vm({ maxHeapBytes: 1024 * 1024, maxTasks: 10 });
vm.loadRbin("./adder.rbin");
console.log(await vm.runEntry<number>("add", [2, 3]));
vm.terminate();

const outside = new Vm();
try {
  outside.loadRbin("../fine.rbin");
} catch (error) {
  console.log(error instanceof Error ? error.message : "?");
}
