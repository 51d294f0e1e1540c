/** A fresh arena with one cell, and what is in use there. */

import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { clear, drop } from '../../src/codec/cell.ts';
import { decode, take } from '../../src/codec/decode.ts';
import { encode } from '../../src/codec/encode.ts';
import type { WasmMemory } from '../../src/memory/core.ts';
import { createArena } from '../../src/memory/create.ts';
import { allocate, usage } from '../../src/memory/heap.ts';
import { KIND_RING } from '../../src/memory/layout.ts';

export function freshArena(heapBytes = 64 * 1024 * 1024): { memory: WasmMemory; cell: number } {
  const memory = createArena(heapBytes);
  const cell = allocate(KIND_RING, 64) / 2;
  clear(cell);
  return { memory, cell };
}

export function inUse(): Record<string, number> {
  return Object.fromEntries(usage());
}

/** Encodes, decodes twice, and checks that nothing stays. */
export function roundTrip<T>(value: T, cell: number): T {
  const before = inUse();
  encode(value, cell, 'send');
  const first = decode(cell);
  const second = take(cell);
  assert.deepStrictEqual(inUse(), before);
  assert.ok(typeof first !== 'object' || first === null || first !== value, 'a copy');
  void second;
  return first as T;
}

/** Encodes a value that cannot be copied; its error's message. */
export function refusal(value: unknown, cell: number, what = 'send on a channel'): string {
  const before = inUse();
  encode(1234, cell, 'send');
  let message = '';
  try {
    encode(value, cell, what);
  } catch (error) {
    assert.equal((error as Error).name, 'DataCloneError');
    message = (error as Error).message;
  }
  assert.notEqual(message, '', 'an error is thrown');
  assert.equal(take(cell), 1234, 'the cell is untouched');
  assert.deepStrictEqual(inUse(), before);
  return message;
}

let collect: (() => void) | undefined;

/** Collects garbage and lets finalizers run until the condition holds. */
export async function collectUntil(condition: () => boolean): Promise<void> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  for (let round = 0; round < 200 && !condition(); round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(condition(), 'collected');
}

const collections = new FinalizationRegistry<() => void>((tell) => tell());

/** Until the finalizers of what is garbage now have run. */
export async function collectGarbage(): Promise<void> {
  let collected = false;
  collections.register({}, () => (collected = true));
  await collectUntil(() => collected);
}

export { clear, decode, drop, encode, take };
