/**
 * What shared memory keeps of a function: its definition, and who starts goroutines with it. A block lives as long as the arena, so
 * whoever has a number can read it, also a thread that is no machine.
 */
import { clear, drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import type { FunctionDefinition } from '../functions/reference.ts';
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { allocate, free } from '../memory/heap.ts';
import { FUNCTIONS, KIND_FUNCTION } from '../memory/layout.ts';
import { lock, unlock } from '../memory/lock.ts';

/** A cell written once, before the block has a number. */
const DEFINITION = 0;
/** A cell under the lock behind it: see `creation-sites.ts`. */
const CREATORS = 2;
const CREATORS_LOCK = 4;
const FUNCTION_BYTES = 5 * 4;

export function createFunctionBlock(definition: FunctionDefinition): number {
  const block = allocate(KIND_FUNCTION, FUNCTION_BYTES);
  try {
    encode(JSON.stringify(definition), (block + DEFINITION) >> 1, 'register a function');
  } catch (error) {
    free(block);
    throw error;
  }
  clear((block + CREATORS) >> 1);
  arena.words[block + CREATORS_LOCK] = 0;
  return block;
}

export function definitionOf(number: number): FunctionDefinition {
  return JSON.parse(decode((load(FUNCTIONS + number) + DEFINITION) >> 1) as string) as FunctionDefinition;
}

/** Changes the text that stands with a function, if `change` gives another; returns what stands there then. */
export function changeCreators(number: number, change: (text: string) => string): string {
  const block = load(FUNCTIONS + number);
  const cell = (block + CREATORS) >> 1;
  lock(block + CREATORS_LOCK);
  try {
    const before = (decode(cell) as string | undefined) ?? '';
    const after = change(before);
    if (after !== before) {
      drop(cell);
      encode(after, cell, 'note a creator');
    }
    return after;
  } finally {
    unlock(block + CREATORS_LOCK);
  }
}
