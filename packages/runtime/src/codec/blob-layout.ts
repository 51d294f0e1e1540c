/**
 * A value that does not fit into a cell: one KIND_BINARY block.
 *
 *   word 0    number of owned references * 2 + 1 if the body refers back to its own objects
 *   word 1    bytes of the body
 *   pairs     address and generation of each owned reference: shared objects, shared buffers, parcels
 *   body      the value in tags, below
 *   tail      long texts and buffers, each from a multiple of 8 bytes, in the order in which the body names them
 *
 * Body. A value is a tag byte and what the tag asks for. Counts are written in groups of seven bits, low ones first.
 * Objects are numbered in the order in which they begin, and a later occurrence is VALUE_SEEN with that number; this
 * keeps cycles and identity.
 *
 * Properties are pairs of key and value up to KEY_END. A key of up to KEY_LONGEST Latin-1 characters is its length and
 * its characters; any other is KEY_LONG and a text.
 *
 * VALUE_SHAPED is a plain object whose properties' names have a number (`shapes.ts`), two bytes, low one first; their values follow
 * in order, and no names. VALUE_PARTLY_SHAPED has values of the first few of those names only, then VALUE_END, then properties as
 * above: an object that turned out not to be what it began as.
 *
 * VALUE_LATE is an object whose contents come after the whole value: nesting deeper than the writer's limit goes there,
 * so that neither side runs out of stack, however long a list is.
 */
import { arena } from '../memory/arena.ts';

export const OWNED = 2;

export function ownedCount(address: number): number {
  return arena.words[address]! >>> 1;
}

export function refersBack(address: number): boolean {
  return (arena.words[address]! & 1) !== 0;
}

export function bodyBytes(address: number): number {
  return arena.words[address + 1]!;
}

export const VALUE_UNDEFINED = 0;
export const VALUE_NULL = 1;
export const VALUE_FALSE = 2;
export const VALUE_TRUE = 3;
export const VALUE_INT32 = 4;
export const VALUE_DOUBLE = 5;
export const VALUE_BIGINT = 6;
/** Count of units, then the units; or, in the tail, the count only. */
export const VALUE_LATIN1 = 7;
export const VALUE_WIDE = 8;
export const VALUE_LATIN1_TAIL = 9;
export const VALUE_WIDE_TAIL = 10;
export const VALUE_SEEN = 11;
export const VALUE_LATE = 12;
/** No element here; in arrays only. */
export const VALUE_HOLE = 13;
/** Ends maps, sets and the values of an object that is partly shaped. */
export const VALUE_END = 14;
export const VALUE_OBJECT = 16;
export const VALUE_ARRAY = 17;
export const VALUE_MAP = 18;
export const VALUE_SET = 19;
export const VALUE_ERROR = 20;
export const VALUE_DOM_EXCEPTION = 21;
export const VALUE_DATE = 22;
export const VALUE_REGEXP = 23;
export const VALUE_BOXED = 24;
export const VALUE_BUFFER = 25;
export const VALUE_RESIZABLE_BUFFER = 26;
export const VALUE_VIEW = 27;
export const VALUE_NODE_BUFFER = 28;
export const VALUE_SHARED_BUFFER = 29;
export const VALUE_HANDLE = 30;
export const VALUE_FUNCTION = 31;
/** A function that is being made: the one of that number, once it is. */
export const VALUE_UNFINISHED = 32;
export const VALUE_PARCEL = 33;
/** An object that every thread has: its number. */
export const VALUE_SAME = 34;
/** A handle of the object that a function goes with. */
export const VALUE_OBJECT_FUNCTION = 36;
export const VALUE_SHAPED = 37;
export const VALUE_PARTLY_SHAPED = 38;
/** Latin-1 texts of 0 to 31 units: tag and length in one. */
export const VALUE_SHORT_TEXT = 0x40;
export const SHORT_TEXT_LENGTHS = 0x20;
/** 0 to 127: tag and number in one. */
export const VALUE_SMALL = 0x80;

export const KEY_LONGEST = 250;
export const KEY_LONG = 254;
export const KEY_END = 255;

/** How an array's elements are written: one by one, holes included; as properties; as doubles from a multiple of 8. */
export const ARRAY_DENSE = 0;
export const ARRAY_SPARSE = 1;
export const ARRAY_NUMBERS = 2;
/** Shorter arrays of numbers are written one by one. */
export const NUMBERS_FROM = 8;

/** Texts of more units and buffers of more bytes than this go to the tail: copied once instead of twice. */
export const TAIL_FROM = 4096;

export function alignUp(byteLength: number): number {
  const over = byteLength % 8;
  return over === 0 ? byteLength : byteLength + 8 - over;
}
