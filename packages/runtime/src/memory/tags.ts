/**
 * What the 64 bits of a cell mean.
 *
 * A cell is a double. A number is stored as itself; everything else hides in the doubles that no calculation gives:
 * NaNs with a high word of 0xFFF80001 or more. NaN itself is stored with the high word 0x7FF80000.
 *
 *   high word  1111 1111 1111 1 | kind (5 bits, not 0) | detail (14 bits)      low word: payload
 *
 *   TAG_CONSTANT    -                        one of the CONSTANT_ values
 *   TAG_SHORT_TEXT  length, 0 to 5, and the  its Latin-1 characters, the first in the lowest byte
 *                   fifth character << 3
 *   TAG_BIGINT      bits 32 to 45, signed    bits 0 to 31
 *   TAG_TEXT        -                        address of a KIND_TEXT block, owned by the cell
 *   TAG_BINARY      -                        address of a KIND_BINARY block, owned by the cell
 *   TAG_HANDLE      generation               address of a shared object; the cell owns one reference
 *   TAG_MEETING     -                        no value: one of the MEETING_ states of a channel (`core/rendezvous.ts`)
 *
 * Cells are read and written plainly: whoever shares one orders the accesses, by a lock or an atomic. Only numbers, and no imports:
 * the core is compiled from this file too.
 */

export const TAG_CONSTANT = 1;
export const TAG_SHORT_TEXT = 2;
export const TAG_BIGINT = 3;
export const TAG_TEXT = 4;
export const TAG_BINARY = 5;
export const TAG_HANDLE = 6;
export const TAG_MEETING = 31;

export const CONSTANT_UNDEFINED = 0;
export const CONSTANT_NULL = 1;
export const CONSTANT_FALSE = 2;
export const CONSTANT_TRUE = 3;

/** In the detail of a short text. */
export const SHORT_TEXT_LENGTH = 7;
export const SHORT_TEXT_FIFTH = 3;

export const TAG_SHIFT = 14;
export const TAG_MASK = 31;
const DETAIL_MASK = 0x3fff;

/** High words (as signed words) above this one and below 0 are tagged; all others are numbers. */
export const LAST_NUMBER_HIGH = -0x8_0000;
export const NAN_HIGH = 0x7ff80000;

export function tagOf(high: number): number {
  return (high >>> TAG_SHIFT) & TAG_MASK;
}

export function detailOf(high: number): number {
  return high & DETAIL_MASK;
}

/** The high words of the tags with a detail of 0; the detail is added with `|`. */
export const HIGH_CONSTANT = LAST_NUMBER_HIGH | (TAG_CONSTANT << TAG_SHIFT);
export const HIGH_SHORT_TEXT = LAST_NUMBER_HIGH | (TAG_SHORT_TEXT << TAG_SHIFT);
export const HIGH_BIGINT = LAST_NUMBER_HIGH | (TAG_BIGINT << TAG_SHIFT);
export const HIGH_TEXT = LAST_NUMBER_HIGH | (TAG_TEXT << TAG_SHIFT);
export const HIGH_BINARY = LAST_NUMBER_HIGH | (TAG_BINARY << TAG_SHIFT);
export const HIGH_HANDLE = LAST_NUMBER_HIGH | (TAG_HANDLE << TAG_SHIFT);
export const HIGH_MEETING = LAST_NUMBER_HIGH | (TAG_MEETING << TAG_SHIFT);
