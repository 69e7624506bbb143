// `raya:remote`: objects and functions that stay in another context. They come as arguments and results of calls between
// contexts: an instance of a class or a function goes over as a `Remote`, and is itself again when it comes home.

/** Something in another context. */
export declare class Remote {
  /** Calls a public method there; arguments and result cross as all values do. */
  call(method: string, args?: unknown[]): Promise<unknown>;
  /** Calls it, if it is a function. */
  apply(args?: unknown[]): Promise<unknown>;
}
