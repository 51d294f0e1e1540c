/**
 * Property names by their bytes: the same few names come again and again, and a name that the engine has interned
 * already makes the property access that follows cheap. One entry a slot; a collision replaces it.
 *
 * A name of up to 8 bytes is told by two words that hold them; looking at the name itself costs 3 ns a character.
 */
import { arena } from '../memory/arena.ts';
import { readLatin1 } from './text.ts';

const SLOTS = 2048;
const slots: string[] = new Array<string>(SLOTS).fill('');
/** The last four bytes of the name in a slot, and those before them, if it has up to eight. */
const lows = new Int32Array(SLOTS);
const highs = new Int32Array(SLOTS);

/** The name of so many Latin-1 bytes of the arena. */
export function readKey(start: number, length: number): string {
  if (length <= 8) return readShortKey(start, length);
  if (length > 32) return readLatin1(start, length);
  const source = arena.bytes;
  const end = start + length;
  let hash = length;
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + source[index]!) | 0;
  const slot = (hash ^ (hash >>> 11)) & (SLOTS - 1);
  const known = slots[slot]!;
  if (known.length === length) {
    let index = 0;
    while (index < length && known.charCodeAt(index) === source[start + index]) index++;
    if (index === length) return known;
  }
  return intern(slot, start, length);
}

function readShortKey(start: number, length: number): string {
  const source = arena.bytes;
  let low = 0;
  let high = 0;
  for (let index = 0; index < length; index++) {
    high = (high << 8) | (low >>> 24);
    low = (low << 8) | source[start + index]!;
  }
  const hash = Math.imul(low ^ Math.imul(high, 31), 0x9e3779b1) ^ length;
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = slots[slot]!;
  if (lows[slot] === low && highs[slot] === high && known.length === length) return known;
  const name = intern(slot, start, length); // First: it may throw, for want of stack.
  lows[slot] = low;
  highs[slot] = high;
  return name;
}

/** The same text as the engine keeps it for names. */
export function interned(name: string): string {
  return Object.keys({ [name]: 0 })[0]!;
}

function intern(slot: number, start: number, length: number): string {
  const name = interned(readLatin1(start, length));
  slots[slot] = name;
  return name;
}
