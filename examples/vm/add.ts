// Passes arguments in and gets a result out; prints 5.
import { Vm } from "raya:vm";

const vm = new Vm({ maxHeapBytes: 16 * 1024 * 1024 });
vm.loadRbin("./math.rbin");
console.log(await vm.runEntry("add", [2, 3]));
