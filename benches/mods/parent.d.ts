declare module "host:parent" {
  export function twice(x: number): number;
}
