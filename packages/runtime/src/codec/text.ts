/**
 * Strings that do not fit into a cell: a KIND_TEXT block that only its cell owns.
 *
 *   word 0   length in UTF-16 units * 2 + 1 if two bytes a unit
 *   words    the units, one byte each when all are Latin-1, else two bytes each, little-endian
 *
 * Units are copied as they are, so lone surrogates survive. Short strings are copied by a loop, since a call into
 * Node costs 65 ns; long ones by Buffer's writers (5 MB: 0.12 ms). A regular expression tells whether a long string
 * is Latin-1: the engine answers at once when it keeps the string in one byte a unit.
 */
import { arena } from '../memory/arena.ts';
import { allocate } from '../memory/heap.ts';
import { KIND_TEXT } from '../memory/layout.ts';
import { arenaBuffer, mapViews } from './views.ts';

/** Up to this length a loop beats the call into Node. */
export const LOOP_LENGTH = 24;
const WIDE = /[\u0100-\uffff]/;

export function isLatin1(value: string): boolean {
  const length = value.length;
  if (length > LOOP_LENGTH) return !WIDE.test(value);
  let all = 0;
  for (let index = 0; index < length; index++) all |= value.charCodeAt(index);
  return all < 256;
}

/** Puts a string into a new block. */
export function writeText(value: string): number {
  const length = value.length;
  const latin1 = isLatin1(value);
  const address = allocate(KIND_TEXT, 4 + (latin1 ? length : length * 2));
  arena.words[address] = length * 2 + (latin1 ? 0 : 1);
  const start = address * 4 + 4;
  if (length > LOOP_LENGTH) {
    mapViews();
    if (latin1) arenaBuffer.write(value, start, length, 'latin1');
    else arenaBuffer.write(value, start, length * 2, 'utf16le');
  } else if (latin1) {
    for (let index = 0; index < length; index++) arena.bytes[start + index] = value.charCodeAt(index);
  } else {
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      arena.bytes[start + index * 2] = unit;
      arena.bytes[start + index * 2 + 1] = unit >> 8;
    }
  }
  return address;
}

/** The string in a block. */
export function readText(address: number): string {
  const head = arena.words[address]!;
  const start = address * 4 + 4;
  return (head & 1) === 0 ? readLatin1(start, head >>> 1) : readWide(start, head >>> 1);
}

export function readLatin1(start: number, length: number): string {
  if (length <= SHORT_LENGTH) return readShort(start, length);
  mapViews();
  return arenaBuffer.toString('latin1', start, start + length);
}

export function readWide(start: number, length: number): string {
  mapViews();
  return arenaBuffer.toString('utf16le', start, start + length * 2);
}

/** Up to this length one call with all codes (19 ns) beats one into Node (70 ns). */
const SHORT_LENGTH = 12;

function readShort(at: number, length: number): string {
  const b = arena.bytes;
  // prettier-ignore
  switch (length) {
    case 0:
      return '';
    case 1:
      return String.fromCharCode(b[at]!);
    case 2:
      return String.fromCharCode(b[at]!, b[at + 1]!);
    case 3:
      return String.fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!);
    case 4:
      return String.fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!);
    case 5:
      return String.fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!, b[at + 4]!);
    case 6:
      return String.fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!, b[at + 4]!, b[at + 5]!);
    case 7:
      return String.fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!, b[at + 4]!, b[at + 5]!, b[at + 6]!);
    case 8:
      return String.fromCharCode(b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!, b[at + 4]!, b[at + 5]!, b[at + 6]!, b[at + 7]!);
    case 9:
      return String.fromCharCode(
        b[at]!,
        b[at + 1]!,
        b[at + 2]!,
        b[at + 3]!,
        b[at + 4]!,
        b[at + 5]!,
        b[at + 6]!,
        b[at + 7]!,
        b[at + 8]!,
      );
    case 10:
      return String.fromCharCode(
        b[at]!,
        b[at + 1]!,
        b[at + 2]!,
        b[at + 3]!,
        b[at + 4]!,
        b[at + 5]!,
        b[at + 6]!,
        b[at + 7]!,
        b[at + 8]!,
        b[at + 9]!,
      );
    case 11:
      return String.fromCharCode(
        b[at]!,
        b[at + 1]!,
        b[at + 2]!,
        b[at + 3]!,
        b[at + 4]!,
        b[at + 5]!,
        b[at + 6]!,
        b[at + 7]!,
        b[at + 8]!,
        b[at + 9]!,
        b[at + 10]!,
      );
    default:
      return String.fromCharCode(
        b[at]!,
        b[at + 1]!,
        b[at + 2]!,
        b[at + 3]!,
        b[at + 4]!,
        b[at + 5]!,
        b[at + 6]!,
        b[at + 7]!,
        b[at + 8]!,
        b[at + 9]!,
        b[at + 10]!,
        b[at + 11]!,
      );
  }
}
