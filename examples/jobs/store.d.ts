// What the runner gives a job: its tenant's own store.
declare module "host:store" {
  export function get(key: string): string | undefined;
  export function put(key: string, value: string): void;
}
