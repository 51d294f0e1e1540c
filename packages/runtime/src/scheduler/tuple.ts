/**
 * Several values in one cell: the arguments or captured values of a goroutine.
 *
 * One value stands in the cell itself, and a second and third in other cells, where the caller has some to spare. More stand in
 * a block of cells, which travels between threads as the record does, and back when it is free again: it costs a captured pair
 * of numbers 300 ns. Each value is encoded by itself, so that numbers and handles keep their fast path; only where two of
 * them are objects, which may share parts, are they encoded as one array.
 */
import { clear, drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { SharedObject } from '../codec/handles.ts';
import { withPlaces } from '../codec/path.ts';
import { arena } from '../memory/arena.ts';
import { TUPLE_AS_ARRAY as AS_ARRAY, TUPLE_SPREAD as SPREAD } from '../memory/blocks.ts';
import { allocate, release, setDestroyer } from '../memory/heap.ts';
import { KIND_TUPLE } from '../memory/layout.ts';

/** In a block: the count, one word of padding, then the cells. */
const COUNT = 0;
const FIRST_CELL = 2;

/**
 * Writes the values; returns the form, which the others need. Throws as `encode` does, and nothing is held then. `second` and
 * `third` are spare cells, or 0; the others are to be given the same where the form asks for them.
 */
export function encodeTuple(values: readonly unknown[], cell: number, what: string, second = 0, third = 0): number {
  if (values.length !== 1) return encodeSeveral(values, cell, what, second, third);
  encode(values[0], cell, what);
  return 1;
}

function encodeSeveral(values: readonly unknown[], cell: number, what: string, second: number, third: number): number {
  const count = values.length;
  if (count === 0) return 0;
  if (othersIn(values) > 1 && objectsIn(values) > 1) {
    encode(values, cell, what);
    return count + AS_ARRAY;
  }
  if (second !== 0 && (count === 2 || (count === 3 && third !== 0))) return encodeSpread(values, cell, second, third, what);
  return encodeInBlock(values, cell, what);
}

function encodeInBlock(values: readonly unknown[], cell: number, what: string): number {
  const count = values.length;
  const block = allocate(KIND_TUPLE, (FIRST_CELL + 2 * count) * 4);
  arena.words[block + COUNT] = 0;
  let index = 0;
  try {
    for (; index < count; index++) {
      encode(values[index], (block + FIRST_CELL + 2 * index) >> 1, what);
      arena.words[block + COUNT] = index + 1;
    }
  } catch (error) {
    release(block);
    throw ofElement(error, index);
  }
  arena.words[2 * cell] = block;
  return count;
}

function encodeSpread(values: readonly unknown[], first: number, second: number, third: number, what: string): number {
  let index = 0;
  try {
    encode(values[0], first, what);
    index = 1;
    encode(values[1], second, what);
    index = 2;
    if (values.length === 3) encode(values[2], third, what);
  } catch (error) {
    if (index > 0) drop(first);
    if (index > 1) drop(second);
    throw ofElement(error, index);
  }
  return values.length + SPREAD;
}

function ofElement(error: unknown, index: number): unknown {
  return withPlaces(error, (path) => path.replace('value', `value[${index}]`));
}

/**
 * Copies the values out; the cell keeps what it holds until `dropTuple`, so that a value which is not there yet
 * (`PendingValue`) can be waited for and all be read again.
 */
export function decodeTuple(cell: number, form: number, second = 0, third = 0): unknown[] {
  if (form === 0) return [];
  if (form === 1) return [decode(cell)];
  if (form > SPREAD) return decodeSpread(cell, form, second, third);
  return form >= AS_ARRAY ? (decode(cell) as unknown[]) : decodeBlock(cell, form);
}

function decodeSpread(cell: number, form: number, second: number, third: number): unknown[] {
  // First all values, then the array: else V8 looks after each call whether it is still one.
  const value = decode(cell);
  const next = decode(second);
  const last = form === SPREAD + 3 ? decode(third) : undefined;
  return form === SPREAD + 3 ? [value, next, last] : [value, next];
}

function decodeBlock(cell: number, form: number): unknown[] {
  const block = arena.words[2 * cell]!;
  const values = new Array<unknown>(form);
  for (let index = 0; index < form; index++) values[index] = decode((block + FIRST_CELL + 2 * index) >> 1);
  return values;
}

/** Gives back what the cell holds, unread. */
export function dropTuple(cell: number, form: number, second = 0, third = 0): void {
  if (form === 0) return;
  if (form > 1 && form < AS_ARRAY) {
    dropBlock(cell);
    return;
  }
  drop(cell);
  if (form < SPREAD) return;
  drop(second);
  if (form === SPREAD + 3) drop(third);
}

function dropBlock(cell: number): void {
  release(arena.words[2 * cell]!);
  clear(cell);
}

/** How many are no numbers: where there is at most one, no prototypes need be looked at. */
function othersIn(values: readonly unknown[]): number {
  let count = 0;
  for (let index = 0; index < values.length; index++) if (typeof values[index] !== 'number') count++;
  return count;
}

function objectsIn(values: readonly unknown[]): number {
  let count = 0;
  for (const value of values) {
    if ((typeof value === 'object' && value !== null && !(value instanceof SharedObject)) || typeof value === 'function') count++;
  }
  return count;
}

setDestroyer(KIND_TUPLE, (block) => {
  for (let index = 0; index < arena.words[block + COUNT]!; index++) drop((block + FIRST_CELL + 2 * index) >> 1);
});
