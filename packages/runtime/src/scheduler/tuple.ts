/**
 * Several values in one cell: the arguments or captured values of a goroutine.
 *
 * One value stands in the cell itself. More stand in a block of cells, each encoded by itself, so that numbers and
 * handles keep their fast path; only where two of them are objects, which may share parts, are they encoded as one array.
 */
import { clear, drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { SharedObject } from '../codec/handles.ts';
import { withPlaces } from '../codec/path.ts';
import { words } from '../memory/arena.ts';
import { allocate, release, setDestroyer } from '../memory/heap.ts';
import { KIND_TUPLE } from '../memory/layout.ts';

/** Added to the count where the values are one array. */
const AS_ARRAY = 1 << 16;
/** In a block: the count, one word of padding, then the cells. */
const COUNT = 0;
const FIRST_CELL = 2;

/** Writes the values; returns the form, which the others need. Throws as `encode` does, and nothing is held then. */
export function encodeTuple(values: readonly unknown[], cell: number, what: string): number {
  const count = values.length;
  if (count === 0) return 0;
  if (count === 1) {
    encode(values[0], cell, what);
    return 1;
  }
  if (objectsIn(values) > 1) {
    encode(values, cell, what);
    return count + AS_ARRAY;
  }
  const block = allocate(KIND_TUPLE, (FIRST_CELL + 2 * count) * 4);
  words[block + COUNT] = 0;
  let index = 0;
  try {
    for (; index < count; index++) {
      encode(values[index], (block + FIRST_CELL + 2 * index) >> 1, what);
      words[block + COUNT] = index + 1;
    }
  } catch (error) {
    release(block);
    throw withPlaces(error, (path) => path.replace('value', `value[${index}]`));
  }
  words[2 * cell] = block;
  return count;
}

/**
 * Copies the values out; the cell keeps what it holds until `dropTuple`, so that a value which is not there yet
 * (`PendingValue`) can be waited for and all be read again.
 */
export function decodeTuple(cell: number, form: number): unknown[] {
  if (form === 0) return [];
  if (form === 1) return [decode(cell)];
  if (form >= AS_ARRAY) return decode(cell) as unknown[];
  const block = words[2 * cell]!;
  const values = new Array<unknown>(form);
  for (let index = 0; index < form; index++) values[index] = decode((block + FIRST_CELL + 2 * index) >> 1);
  return values;
}

/** Gives back what the cell holds, unread. */
export function dropTuple(cell: number, form: number): void {
  if (form === 1 || form >= AS_ARRAY) drop(cell);
  else if (form > 1) {
    release(words[2 * cell]!);
    clear(cell);
  }
}

function objectsIn(values: readonly unknown[]): number {
  let count = 0;
  for (const value of values) {
    if ((typeof value === 'object' && value !== null && !(value instanceof SharedObject)) || typeof value === 'function') count++;
  }
  return count;
}

setDestroyer(KIND_TUPLE, (block) => {
  for (let index = 0; index < words[block + COUNT]!; index++) drop((block + FIRST_CELL + 2 * index) >> 1);
});
