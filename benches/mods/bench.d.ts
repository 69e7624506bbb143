declare module "host:bench" {
  export function twice(x: number): number;
}
