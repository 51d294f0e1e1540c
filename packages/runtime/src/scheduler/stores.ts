/**
 * AsyncLocalStorage and goroutines of this thread. A goroutine that is started by `go.local` keeps the stores that its starter
 * sees, over every wait: each of its turns runs in an AsyncResource of its own. One that is started where no store is set has none, and
 * its turns cost nothing. The loop's slices run outside of all stores, whoever asks for them: else goroutines would see
 * those of somebody else.
 *
 * Node does not tell whether a store is set, but what an AsyncResource keeps of them is seen on it: properties named by
 * symbols, beside those for its numbers. A name that a later Node adds makes goroutines slower, not wrong.
 */
import { AsyncResource } from 'node:async_hooks';

type Properties = Record<symbol, unknown>;

/** Symbols that are not for stores. */
const NUMBERS = new Set<string | undefined>(['async_id_symbol', 'trigger_async_id_symbol']);

const outside = outsideResource();
/** Where an AsyncResource keeps all stores together, as from Node 24 on. */
const frame = Object.getOwnPropertySymbols(outside).find((symbol) => symbol.description === 'context_frame');

/** It has no stores, also where this module is loaded inside of some. */
function outsideResource(): AsyncResource {
  const resource = new AsyncResource('goroutines', { requireManualDestroy: true });
  for (const symbol of Object.getOwnPropertySymbols(resource)) {
    if (!NUMBERS.has(symbol.description)) (resource as unknown as Properties)[symbol] = undefined;
  }
  return resource;
}

/** Runs a slice of the loop. */
export function outsideOfStores(slice: () => void): void {
  outside.runInAsyncScope(slice);
}

/** What keeps the stores that are set here, or null when none is. */
export function storesHere(): AsyncResource | null {
  const resource = new AsyncResource('goroutine', { requireManualDestroy: true });
  const properties = resource as unknown as Properties;
  if (frame !== undefined) return properties[frame] === undefined ? null : resource;
  for (const symbol of Object.getOwnPropertySymbols(resource)) {
    if (!NUMBERS.has(symbol.description) && properties[symbol] !== undefined) return resource;
  }
  return null;
}
