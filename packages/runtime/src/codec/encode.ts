/**
 * Puts a value into a cell. Numbers, constants, short texts and handles fit; anything else becomes a block that the
 * cell owns. The cell is written last, by one step, so an error leaves it as it was and nothing behind.
 *
 * The first lines are what a channel of numbers runs: small enough to be inlined, and free of allocation.
 */
import { DataCloneError } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { retain } from '../memory/heap.ts';
import * as tags from '../memory/tags.ts';
import { encodeBlob } from './blob-encode.ts';
import { SharedObject, staleText } from './handles.ts';
import { writeText } from './text.ts';

/** `what` names the operation in messages: 'send on a channel'. The cell must own nothing. */
export function encode(value: unknown, cell: number, what: string): void {
  if (typeof value === 'number') writeNumber(value, cell);
  else if (typeof value === 'string') encodeText(value, cell);
  else encodeOther(value, cell, what);
}

/**
 * The same for a cell that is read where nobody can wait for a part of the value (PendingValue): a function that a thread has to load
 * first, and an object that is posted, are refused. Proxies are not.
 */
export function encodeAtOnce(value: unknown, cell: number, what: string): void {
  const hasParts = typeof value === 'function' || (typeof value === 'object' && value !== null);
  if (hasParts && !(value instanceof SharedObject)) write(cell, tags.HIGH_BINARY, encodeBlob(value, what, true));
  else encode(value, cell, what);
}

function writeNumber(value: number, cell: number): void {
  if (Number.isNaN(value)) write(cell, tags.NAN_HIGH, 0);
  else arena.cells[cell] = value;
}

function write(cell: number, high: number, low: number): void {
  arena.words[2 * cell] = low;
  arena.words[2 * cell + 1] = high;
}

function encodeOther(value: unknown, cell: number, what: string): void {
  if (value === undefined) write(cell, tags.HIGH_CONSTANT, tags.CONSTANT_UNDEFINED);
  else if (value === null) write(cell, tags.HIGH_CONSTANT, tags.CONSTANT_NULL);
  else if (value === true) write(cell, tags.HIGH_CONSTANT, tags.CONSTANT_TRUE);
  else if (value === false) write(cell, tags.HIGH_CONSTANT, tags.CONSTANT_FALSE);
  else if (value instanceof SharedObject) encodeHandle(value, cell, what);
  else if (typeof value === 'bigint' && fits(value)) encodeSmallBigInt(value, cell);
  else write(cell, tags.HIGH_BINARY, encodeBlob(value, what));
}

function encodeText(value: string, cell: number): void {
  const length = value.length;
  if (length <= 5) {
    const fifth = length === 5 ? value.charCodeAt(4) : 0;
    let low = 0;
    let all = fifth;
    for (let index = Math.min(length, 4) - 1; index >= 0; index--) {
      const unit = value.charCodeAt(index);
      all |= unit;
      low = (low << 8) | unit;
    }
    if (all < 256) {
      write(cell, tags.HIGH_SHORT_TEXT | (fifth << tags.SHORT_TEXT_FIFTH) | length, low);
      return;
    }
  }
  write(cell, tags.HIGH_TEXT, writeText(value));
}

function encodeHandle(object: SharedObject, cell: number, what: string): void {
  if (!object.isCurrent()) throw new DataCloneError(`cannot ${what}: value ${staleText(object)}`);
  retain(object.address);
  object.list();
  write(cell, tags.HIGH_HANDLE | object.generation, object.address);
}

const BIGINT_LIMIT = 2n ** 45n;

function fits(value: bigint): boolean {
  return value < BIGINT_LIMIT && value >= -BIGINT_LIMIT;
}

function encodeSmallBigInt(value: bigint, cell: number): void {
  const whole = Number(value);
  write(cell, tags.HIGH_BIGINT | (Math.floor(whole / 0x1_0000_0000) & 0x3fff), whole | 0);
}
