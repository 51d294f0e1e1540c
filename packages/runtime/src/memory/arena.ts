/**
 * The arena: one shared memory of fixed size that every thread maps. All state that two threads share lives in it.
 *
 * An address is the index of a 32-bit word; a cell is the index of a 64-bit unit (address / 2).
 * The buffer never grows: views on a growable buffer are 3 to 20 times dearer, and a reserved page costs nothing
 * until it is touched. The views are set once per thread, before anything else of this library runs there.
 *
 * They are properties that are added to a constant object, and not variables, since V8 takes a property that was set only once for
 * a constant: then an access is a comparison with a number and the access itself, not eight instructions that load and check the
 * view first. `createRecord`, which writes 25 words, is 2.7 KB of code in place of 6.2, and starting goroutines takes 0.8 of
 * the time. In a process that shuts down and starts again they are set twice, and it is as it was.
 */

import { attachCore, type WasmMemory } from './core.ts';

/** What a new thread is given to map it. */
export let memory: WasmMemory;

interface Arena {
  /** Whether this thread has had no other before. Then nothing that it holds is of another one, and V8 need not look: it is a constant. */
  isFirst: boolean;
  /** The memory itself: another one when a runtime is started again, so what was made before is told by it. */
  buffer: SharedArrayBuffer;
  /** Every 32-bit word. Plain access only under a lock, by the one writer, or ordered by an atomic; say which. */
  words: Int32Array;
  /** The same memory as 64-bit floats, for values. */
  cells: Float64Array;
  /** The same memory as bytes, for texts and binary values. */
  bytes: Uint8Array;
}
/** Nothing is to be set here before `attachArena` adds it. */
export const arena = {} as Arena;

export const MINIMUM_HEAP_BYTES = 8 * 1024 * 1024;
export const DEFAULT_HEAP_BYTES = 1024 * 1024 * 1024;
/** Addresses stay within 29 bits, so that they are small integers for the engine and fit beside a generation. */
export const MAXIMUM_HEAP_BYTES = 2 * 1024 * 1024 * 1024;

/** Maps an arena into this thread. It is a WebAssembly memory, so that the core works on the same words. */
export function attachArena(shared: WasmMemory): void {
  memory = shared;
  const { buffer } = memory;
  arena.isFirst = arena.buffer === undefined;
  arena.buffer = buffer;
  arena.words = new Int32Array(buffer);
  arena.cells = new Float64Array(buffer);
  arena.bytes = new Uint8Array(buffer);
  attachCore(memory);
}

let provide: () => void = () => undefined;

/** Says how this thread gets an arena when the first shared object is made. */
export function whenArenaNeeded(callback: () => void): void {
  provide = callback;
}

/** Called before a shared object is made. */
export function requireArena(): void {
  provide();
}

export function isAttached(): boolean {
  return arena.buffer !== undefined;
}
