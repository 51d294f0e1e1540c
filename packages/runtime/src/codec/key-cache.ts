/**
 * Property names by their bytes: the same few names come again and again, and a name that the engine has interned
 * already makes the property access that follows cheap. One entry a slot; a collision replaces it.
 */
import { bytes } from '../memory/arena.ts';
import { readLatin1 } from './text.ts';

const SLOTS = 2048;
const slots: string[] = new Array<string>(SLOTS).fill('');

/** The name of so many Latin-1 bytes of the arena. */
export function readKey(start: number, length: number): string {
  if (length > 32) return readLatin1(start, length);
  const source = bytes;
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
  const name = Object.keys({ [readLatin1(start, length)]: 0 })[0]!;
  slots[slot] = name;
  return name;
}
