/**
 * Several values in one cell or a few: the arguments or captured values of a goroutine.
 *
 * One value stands in the cell itself, several in the cells behind it if there is room (50 ns less than a block). More stand
 * in a block of cells. Each is encoded by itself, so that numbers and handles keep their fast path; only where two of them
 * are objects, which may share parts, are they encoded as one array.
 */
import { clear, drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { SharedObject } from '../codec/handles.ts';
import { words } from '../memory/arena.ts';
import { allocate, release, setDestroyer } from '../memory/heap.ts';
import { KIND_TUPLE } from '../memory/layout.ts';

/** Added to the count where the values are one array. */
const AS_ARRAY = 1 << 16;
/** Added to the count where the values stand in the cell and those behind it. */
const IN_CELLS = 1 << 17;
/** In a block: the count, one word of padding, then the cells. */
const COUNT = 0;
const FIRST_CELL = 2;

/**
 * Writes the values into the cell, or so many cells; returns the form, which the others need. Throws as `encode` does, and
 * nothing is held then.
 */
export function encodeTuple(values: readonly unknown[], cell: number, what: string, room = 1): number {
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
  if (count <= room) {
    encodeInCells(values, cell, what);
    return count + IN_CELLS;
  }
  const block = allocate(KIND_TUPLE, (FIRST_CELL + 2 * count) * 4);
  words[block + COUNT] = 0;
  try {
    for (let index = 0; index < count; index++) {
      encode(values[index], (block + FIRST_CELL + 2 * index) >> 1, what);
      words[block + COUNT] = index + 1;
    }
  } catch (error) {
    release(block);
    throw error;
  }
  words[2 * cell] = block;
  return count;
}

function encodeInCells(values: readonly unknown[], cell: number, what: string): void {
  let done = 0;
  try {
    for (; done < values.length; done++) encode(values[done], cell + done, what);
  } catch (error) {
    while (done > 0) drop(cell + --done);
    throw error;
  }
}

/**
 * Copies the values out; the cell keeps what it holds until `dropTuple`, so that a value which is not there yet
 * (`PendingValue`) can be waited for and all be read again.
 */
export function decodeTuple(cell: number, form: number): unknown[] {
  if (form === 0) return [];
  if (form === 1) return [decode(cell)];
  if (form > IN_CELLS) return decodeCells(cell, form - IN_CELLS);
  if (form > AS_ARRAY) return decode(cell) as unknown[];
  return decodeCells((words[2 * cell]! + FIRST_CELL) >> 1, form);
}

function decodeCells(first: number, count: number): unknown[] {
  const values = new Array<unknown>(count);
  for (let index = 0; index < count; index++) values[index] = decode(first + index);
  return values;
}

/** Gives back what the cell holds, unread. */
export function dropTuple(cell: number, form: number): void {
  if (form > IN_CELLS) {
    for (let index = form - IN_CELLS - 1; index >= 0; index--) drop(cell + index);
  } else if (form === 1 || form >= AS_ARRAY) {
    drop(cell);
  } else if (form > 1) {
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
