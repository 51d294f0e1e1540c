/**
 * Cells as owners: every block has one cell that owns it, or is counted. `move` hands ownership over, `drop` ends it.
 *
 * Dropping a value drops what it holds, which may hold more: a channel in a channel in a channel. So nested drops are
 * queued, and the outermost one works the queue off; the stack stays flat.
 */
import { arena } from '../memory/arena.ts';
import { free, release } from '../memory/heap.ts';
import { CONSTANT_UNDEFINED, HIGH_CONSTANT, LAST_NUMBER_HIGH, TAG_BINARY, TAG_HANDLE, TAG_TEXT, tagOf } from '../memory/tags.ts';
import { OWNED, ownedCount } from './blob-layout.ts';

/** Writes undefined. The cell must own nothing. */
export function clear(cell: number): void {
  arena.words[2 * cell] = CONSTANT_UNDEFINED;
  arena.words[2 * cell + 1] = HIGH_CONSTANT;
}

/** Copies a cell; what it owned belongs to the copy. As words, since copying a tagged NaN as a double may change it. */
export function move(from: number, to: number): void {
  arena.words[2 * to] = arena.words[2 * from]!;
  arena.words[2 * to + 1] = arena.words[2 * from + 1]!;
}

/** Gives back what the cell owns. */
export function drop(cell: number): void {
  const high = arena.words[2 * cell + 1]!;
  if (high < 0 && high > LAST_NUMBER_HIGH) giveBack(tagOf(high), arena.words[2 * cell]!);
  clear(cell);
}

function giveBack(tag: number, address: number): void {
  if (tag === TAG_HANDLE) releaseFlat(address);
  else if (tag === TAG_TEXT) free(address);
  else if (tag === TAG_BINARY) dropBinary(address);
}

/** A binary value has one owner, its cell, so it is not counted. What it holds is. */
function dropBinary(address: number): void {
  const count = ownedCount(address);
  for (let index = 0; index < count; index++) releaseFlat(arena.words[address + OWNED + 2 * index]!);
  free(address);
}

const waiting: number[] = [];
let working = false;

function releaseFlat(address: number): void {
  if (working) {
    waiting.push(address);
    return;
  }
  working = true;
  release(address);
  while (waiting.length > 0) release(waiting.pop()!);
  working = false;
}
