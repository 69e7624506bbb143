import { nothing } from "./nowhere";
var count = nothing();
if (count == 1) {
  console.log(count);
}
