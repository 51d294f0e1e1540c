/**
 * The state of one decoding: a position in the block's body, one in its tail, and the objects made so far.
 * Nothing is consumed: the block can be decoded again.
 */
import { Buffer } from 'node:buffer';
import { arena } from '../memory/arena.ts';
import * as layout from './blob-layout.ts';
import { readKey } from './key-cache.ts';
import { readLatin1, readWide } from './text.ts';
import { arenaView, mapViews } from './views.ts';

/** An object that was begun; its contents follow. */
export interface LateRead {
  readonly object: object;
  readonly tag: number;
}

/** Stands for a function that is being made, until it is. */
export class Unfinished {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

export class BlobReader {
  address = 0;
  position = 0;
  readonly late: LateRead[] = [];
  /** Whether an Unfinished was made: only then values are checked for one. */
  anyUnfinished = false;
  /** By the number of a function: what to do with it once it is made. */
  patches: Map<number, Array<(fn: Function) => void>> | undefined;
  #objects: unknown[] | undefined;
  #tail = 0;

  open(address: number): void {
    mapViews();
    this.address = address;
    this.position = address * 4 + (layout.OWNED + 2 * layout.ownedCount(address)) * 4;
    this.#tail = this.position + layout.bodyBytes(address);
    this.#objects = layout.refersBack(address) ? [] : undefined;
  }

  close(): void {
    this.#objects = undefined;
    this.patches = undefined;
    this.anyUnfinished = false;
    if (this.late.length > 0) this.late.length = 0;
  }

  byte(): number {
    return arena.bytes[this.position++]!;
  }

  /** The number of a shape. */
  shape(): number {
    const start = this.position;
    this.position = start + 2;
    return arena.bytes[start]! | (arena.bytes[start + 1]! << 8);
  }

  /** Whether objects have numbers: the value refers back to some. Only then has it functions that are being made. */
  hasNumbers(): boolean {
    return this.#objects !== undefined;
  }

  count(): number {
    let next = arena.bytes[this.position++]!;
    if (next < 128) return next;
    let value = next & 127;
    let factor = 128;
    do {
      next = arena.bytes[this.position++]!;
      value += (next & 127) * factor;
      factor *= 128;
    } while (next >= 128);
    return value;
  }

  /** Whether the array has no element here; steps over the mark. */
  atHole(): boolean {
    if (arena.bytes[this.position] !== layout.VALUE_HOLE) return false;
    this.position++;
    return true;
  }

  /** Whether the next value is a number. */
  atNumber(): boolean {
    const tag = arena.bytes[this.position]!;
    return tag >= layout.VALUE_SMALL || tag === layout.VALUE_INT32 || tag === layout.VALUE_DOUBLE;
  }

  /** Whether the map or set ends here; steps over the mark. */
  atEnd(): boolean {
    if (arena.bytes[this.position] !== layout.VALUE_END) return false;
    this.position++;
    return true;
  }

  int32(): number {
    const value = arenaView.getInt32(this.position, true);
    this.position += 4;
    return value;
  }

  double(): number {
    const value = arenaView.getFloat64(this.position, true);
    this.position += 8;
    return value;
  }

  /** Appends so many numbers to an array. */
  numbers(array: number[], length: number): void {
    const first = layout.alignUp(this.position) / 8;
    const source = arena.cells;
    for (let index = 0; index < length; index++) array.push(source[first + index]!);
    this.position = (first + length) * 8;
  }

  /** The text that a tag announced. */
  text(tag: number): string {
    if (tag >= layout.VALUE_SHORT_TEXT) return this.#latin1(tag - layout.VALUE_SHORT_TEXT);
    const length = this.count();
    if (tag === layout.VALUE_LATIN1) return this.#latin1(length);
    if (tag === layout.VALUE_LATIN1_TAIL) return readLatin1(this.#takeTail(length), length);
    if (tag === layout.VALUE_WIDE_TAIL) return readWide(this.#takeTail(length * 2), length);
    const start = this.position;
    this.position = start + length * 2;
    return readWide(start, length);
  }

  #latin1(length: number): string {
    const start = this.position;
    this.position = start + length;
    return readLatin1(start, length);
  }

  /** The next property's name, or undefined at the end. */
  key(): string | undefined {
    const length = arena.bytes[this.position++]!;
    if (length > layout.KEY_LONGEST) return length === layout.KEY_END ? undefined : this.text(this.byte());
    const start = this.position;
    this.position = start + length;
    return readKey(start, length);
  }

  /** Contents of a buffer of so many bytes, in a buffer that may be longer later. */
  contents(length: number, maximum: number | undefined): ArrayBuffer {
    let start = this.position;
    if (length > layout.TAIL_FROM) start = this.#takeTail(length);
    else this.position = start + length;
    if (maximum === undefined) {
      // Memory of its own, not cleared first: half the time of `slice` for large buffers.
      const made = Buffer.allocUnsafeSlow(length);
      made.set(arena.bytes.subarray(start, start + length));
      return made.buffer;
    }
    const made = new (ArrayBuffer as unknown as ResizableConstructor)(length, { maxByteLength: maximum });
    new Uint8Array(made).set(arena.bytes.subarray(start, start + length));
    return made;
  }

  #takeTail(length: number): number {
    const start = layout.alignUp(this.#tail);
    this.#tail = start + length;
    return start;
  }

  /** Gives the next number to an object. */
  note<T>(object: T): T {
    this.#objects?.push(object);
    return object;
  }

  /** Gives the next number to an object that cannot be made yet. */
  reserve(): number {
    if (this.#objects === undefined) return -1;
    return this.#objects.push(undefined) - 1;
  }

  settle(number: number, object: unknown): void {
    if (number >= 0) this.#objects![number] = object;
  }

  seen(number: number): unknown {
    return this.#objects![number];
  }

  ownedAddress(index: number): number {
    return arena.words[this.address + layout.OWNED + 2 * index]!;
  }

  ownedGeneration(index: number): number {
    return arena.words[this.address + layout.OWNED + 2 * index + 1]!;
  }

  unfinished(number: number): Unfinished {
    this.anyUnfinished = true;
    return new Unfinished(number);
  }

  /** What is to be done once the function of that number is made. */
  whenMade(unfinished: Unfinished, patch: (fn: Function) => void): void {
    this.patches ??= new Map();
    const list = this.patches.get(unfinished.number);
    if (list === undefined) this.patches.set(unfinished.number, [patch]);
    else list.push(patch);
  }
}

type ResizableConstructor = new (length: number, options: { maxByteLength: number }) => ArrayBuffer;

let spare: BlobReader | undefined;

export function takeReader(address: number): BlobReader {
  const reader = spare ?? new BlobReader();
  spare = undefined;
  reader.open(address);
  return reader;
}

export function giveReader(reader: BlobReader): void {
  reader.close();
  spare = reader;
}
