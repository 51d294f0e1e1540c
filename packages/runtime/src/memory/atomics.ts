/**
 * The seam: every racy access of this package's TypeScript to the arena goes through it, so that a test can replace this
 * module by one that counts, delays or interleaves; the core has its own, `core/memory.ts`. All operations are
 * sequentially consistent. Elsewhere `Atomics` is named in `core.ts`, which lends the core its wait, and for other memory, to
 * block a thread, in `fatal.ts`, `worker.ts` and `threads/console.ts`.
 *
 * The plain ones are the core's: V8 does not inline `Atomics` (7.5 ns each), and a call into WebAssembly is 3 ns.
 */
import { arena } from './arena.ts';

export { add, and, compareExchange, exchange, load, or, store } from './core.ts';

/** Blocks this thread while the word holds `expected`, at most for so many milliseconds. */
export function waitWhile(address: number, expected: number, milliseconds: number): void {
  Atomics.wait(arena.words, address, expected, milliseconds);
}

/** Like `waitWhile` without blocking: a promise, or null when the word already differs. */
export function waitAsyncWhile(address: number, expected: number): Promise<unknown> | null {
  const result = (Atomics as unknown as AsyncWaiting).waitAsync(arena.words, address, expected);
  return result.async ? result.value : null;
}

export function notify(address: number, count: number): void {
  Atomics.notify(arena.words, address, count);
}

interface AsyncWaiting {
  waitAsync(array: Int32Array, index: number, value: number): { async: false } | { async: true; value: Promise<unknown> };
}
