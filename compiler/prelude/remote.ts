// `raya:remote`: objects and functions that stay in another context. They come as arguments and results of calls between
// contexts: an instance of a class or a function goes over as a `Remote`, and is itself again when it comes home.

/** Something in another context. */
export declare class Remote {
  /** Calls a public method there; arguments and result cross as all values do. */
  call(method: string, args?: unknown[]): Promise<unknown>;
  /** Calls it, if it is a function. */
  apply(args?: unknown[]): Promise<unknown>;
}

declare function __remoteLend(object: unknown, call: boolean, pass: boolean): Remote;
declare function __remoteAttenuate(handle: unknown, call: boolean, pass: boolean): unknown;
declare function __remoteRevoke(given: unknown): void;

/** What may be done with a handle; what is left out may be. */
export interface HandleRights {
  /** Whether its methods may be called, and functions be called with it. */
  call?: boolean;
  /** Whether it may be given to contexts other than its owner. */
  pass?: boolean;
}

/**
 * A handle to an object or function of this context that can be given away with fewer rights, and be revoked by itself. Given away
 * as they are, objects and functions have all rights, and one handle for everybody.
 */
export function lend(object: unknown, rights: HandleRights = {}): Remote {
  return __remoteLend(object, rights.call ?? true, rights.pass ?? true);
}

/** Another handle to the same, of the host's or of another context, without the rights that are `false`. */
export function attenuate<T>(handle: T, rights: HandleRights): T {
  return __remoteAttenuate(handle, rights.call ?? true, rights.pass ?? true) as T;
}

/**
 * Takes back what this context gave: of a handle that it lent, that one; of an object or function, all that was given of it. Whoever
 * holds it gets an error named `HandleRevoked` from the next call on. Twice is no error.
 */
export function revoke(given: unknown): void {
  __remoteRevoke(given);
}
