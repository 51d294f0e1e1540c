/**
 * Makes the value that a cell holds. `decode` leaves the cell as it is, `take` empties it.
 *
 * Both may throw what the function hook throws (PendingValue); the cell keeps everything then.
 */
import { arena } from '../memory/arena.ts';
import { free, kindOf } from '../memory/heap.ts';
import { KIND_TEXT } from '../memory/layout.ts';
import * as tags from '../memory/tags.ts';
import { decodeBlob } from './blob-decode.ts';
import { clear, drop } from './cell.ts';
import { proxyOf } from './handles.ts';
import { readText } from './text.ts';

/** A copy of the value; the cell keeps what it owns. */
export function decode(cell: number): unknown {
  const high = arena.words[2 * cell + 1]!;
  if (high >= 0 || high <= tags.LAST_NUMBER_HIGH) return arena.cells[cell];
  return decodeTagged(high, arena.words[2 * cell]!);
}

/** The value; the cell is undefined afterwards and what it owned is given back. */
export function take(cell: number): unknown {
  const high = arena.words[2 * cell + 1]!;
  if (high >= 0 || high <= tags.LAST_NUMBER_HIGH) {
    const value = arena.cells[cell];
    clear(cell);
    return value;
  }
  return takeTagged(cell, high);
}

function takeTagged(cell: number, high: number): unknown {
  const address = arena.words[2 * cell]!;
  const value = decodeTagged(high, address);
  const tag = tags.tagOf(high);
  if (tag < tags.TAG_TEXT) {
    clear(cell);
  } else if (tag === tags.TAG_TEXT) {
    clear(cell);
    free(address);
  } else {
    drop(cell);
  }
  return value;
}

function decodeTagged(high: number, low: number): unknown {
  switch (tags.tagOf(high)) {
    case tags.TAG_CONSTANT:
      return decodeConstant(low);
    case tags.TAG_SHORT_TEXT:
      return decodeShortText(tags.detailOf(high), low);
    case tags.TAG_HANDLE:
      return proxyOf(low, tags.detailOf(high));
    case tags.TAG_TEXT:
      return readText(low);
    case tags.TAG_BINARY:
      return decodeBlob(low);
    default:
      return decodeSmallBigInt(tags.detailOf(high), low);
  }
}

const LONGEST_PEEKED = 4096;

/**
 * The text in a cell whose owner may empty or fill it meanwhile; undefined when it is no text, or a very long one. Only
 * looks, so what it gives may be rubbish then: who asks makes sure afterwards that the cell is what it was.
 */
export function peekText(cell: number): string | undefined {
  const high = arena.words[2 * cell + 1]!;
  const low = arena.words[2 * cell]!;
  if (high >= 0 || high <= tags.LAST_NUMBER_HIGH) return undefined;
  if (tags.tagOf(high) === tags.TAG_SHORT_TEXT) return decodeShortText(tags.detailOf(high), low);
  if (tags.tagOf(high) !== tags.TAG_TEXT || kindOf(low) !== KIND_TEXT || arena.words[low]! >>> 1 > LONGEST_PEEKED)
    return undefined;
  return readText(low);
}

function decodeConstant(low: number): unknown {
  switch (low) {
    case tags.CONSTANT_UNDEFINED:
      return undefined;
    case tags.CONSTANT_NULL:
      return null;
    default:
      return low === tags.CONSTANT_TRUE;
  }
}

function decodeShortText(detail: number, low: number): string {
  switch (detail & tags.SHORT_TEXT_LENGTH) {
    case 0:
      return '';
    case 1:
      return String.fromCharCode(low);
    case 2:
      return String.fromCharCode(low & 255, low >>> 8);
    case 3:
      return String.fromCharCode(low & 255, (low >>> 8) & 255, low >>> 16);
    case 4:
      return String.fromCharCode(low & 255, (low >>> 8) & 255, (low >>> 16) & 255, low >>> 24);
    default: {
      const fifth = detail >>> tags.SHORT_TEXT_FIFTH;
      return String.fromCharCode(low & 255, (low >>> 8) & 255, (low >>> 16) & 255, low >>> 24, fifth);
    }
  }
}

function decodeSmallBigInt(detail: number, low: number): bigint {
  // The detail's 14 bits are a signed number.
  return BigInt(((detail << 18) >> 18) * 0x1_0000_0000 + (low >>> 0));
}
