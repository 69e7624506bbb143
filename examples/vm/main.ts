// Runs an entry of another program in a VM with limits of its own; prints 42.
import { Vm } from "raya:vm";

const vm = new Vm({ maxHeapBytes: 16 * 1024 * 1024, maxTasks: 10 });
vm.loadRbin("./mymodule.rbin");
const task = vm.runEntry("main");
console.log(await task);
vm.terminate();
