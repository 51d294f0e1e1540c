/**
 * The seam: the only file that names `Atomics`. Every racy access to the arena goes through it, so that a test can
 * replace this module by one that counts, delays or interleaves. All operations are sequentially consistent.
 */
import { words } from './arena.ts';

export function load(address: number): number {
  return Atomics.load(words, address);
}

export function store(address: number, value: number): void {
  Atomics.store(words, address, value);
}

export function exchange(address: number, value: number): number {
  return Atomics.exchange(words, address, value);
}

/** Returns the value found; the exchange happened if that is `expected`. */
export function compareExchange(address: number, expected: number, replacement: number): number {
  return Atomics.compareExchange(words, address, expected, replacement);
}

/** Returns the value before. */
export function add(address: number, amount: number): number {
  return Atomics.add(words, address, amount);
}

/** Returns the value before. */
export function or(address: number, bits: number): number {
  return Atomics.or(words, address, bits);
}

/** Returns the value before. */
export function and(address: number, bits: number): number {
  return Atomics.and(words, address, bits);
}

/** Blocks this thread while the word holds `expected`, at most for so many milliseconds. */
export function waitWhile(address: number, expected: number, milliseconds: number): void {
  Atomics.wait(words, address, expected, milliseconds);
}

/** Like `waitWhile` without blocking: a promise, or null when the word already differs. */
export function waitAsyncWhile(address: number, expected: number): Promise<unknown> | null {
  const result = (Atomics as unknown as AsyncWaiting).waitAsync(words, address, expected);
  return result.async ? result.value : null;
}

export function notify(address: number, count: number): void {
  Atomics.notify(words, address, count);
}

interface AsyncWaiting {
  waitAsync(array: Int32Array, index: number, value: number): { async: false } | { async: true; value: Promise<unknown> };
}
