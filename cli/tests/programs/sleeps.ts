import { sleep } from "raya:time";

console.log("before");
await sleep(60_000);
console.log("after");
console.error("an error");
