declare module "host:log" {
  export function info(message: string): void;
}
