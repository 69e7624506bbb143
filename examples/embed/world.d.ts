declare module "host:world" {
  export function heal(hp: number): number;
}
