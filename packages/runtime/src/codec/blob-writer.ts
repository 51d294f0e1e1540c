/**
 * The state of one encoding: a growing scratch buffer, the objects met so far, and what the value will own.
 *
 * Nothing in the arena changes before `commit`, so a getter that throws, an object that cannot be copied or a stack
 * that overflows leaves nothing behind (but for shapes, which are only ever added). A getter may itself encode: each
 * encoding under way has a writer of its own.
 */
import { Buffer } from 'node:buffer';
import { DataCloneError, textOf } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { allocate, free, generationOf, release, retain } from '../memory/heap.ts';
import { KIND_BINARY } from '../memory/layout.ts';
import * as layout from './blob-layout.ts';
import { describe, withArticle } from './classes.ts';
import type { SharedObject } from './handles.ts';
import { parcelHook } from './parcels.ts';
import { cannotCopy, formatPath, type Step, type Trail } from './path.ts';
import { isLatin1, LOOP_LENGTH } from './text.ts';
import { detach, unmark } from './transfer.ts';
import { arenaBuffer, mapViews } from './views.ts';

const FIRST_CAPACITY = 4096;
/** A larger scratch buffer is not kept. */
const LARGEST_KEPT = 1024 * 1024;
/** So many objects are looked up by comparing; more by a map. */
const COMPARED = 16;
const LARGEST_STEP = 64 * 1024 * 1024;
/** Shorter bodies are copied by a loop. */
const LOOP_BYTES = 512;

/** An object that was begun; its contents follow. */
export interface Late {
  readonly object: object;
  readonly tag: number;
  readonly trail: Trail;
}

interface Parcel {
  readonly address: number;
  readonly object: object;
  readonly moved: boolean;
  /** For messages. */
  readonly path: string;
}

export class BlobWriter {
  /** For messages: 'send on a channel'. */
  what = '';
  /** Only what every thread can make without waiting. */
  atOnce = false;
  bytes!: Buffer;
  view!: DataView;
  position = 0;
  /** Steps to the value being written: path[0] to path[depth - 1], after those of the trail. */
  readonly path: Step[] = [];
  depth = 0;
  trail: Trail | undefined;
  /** Instances of classes that are being written, outermost first, by class name and depth. */
  readonly inside: Array<{ readonly className: string; readonly depth: number }> = [];
  readonly late: Late[] = [];
  /** Functions whose captures are being written. */
  readonly unfinished: Function[] = [];
  /** Names of an object without a shape, collected while it is written, and where it begins, or -1: see `shape-walk.ts`. */
  names: string[] = [];
  namesOf = -1;
  #capacity = 0;
  #words!: Int32Array;
  #doubles!: Float64Array;
  #count = 0;
  #refersBack = false;
  readonly #compared: Array<object | undefined> = new Array<object | undefined>(COMPARED).fill(undefined);
  #numbers: Map<object, number> | undefined;
  readonly #owned: number[] = [];
  /** This thread's proxies of blocks among them. */
  readonly #objects: SharedObject[] = [];
  readonly #tail: Array<string | Uint8Array> = [];
  readonly #tailLengths: number[] = [];
  readonly #moved: ArrayBuffer[] = [];
  readonly #parcels: Parcel[] = [];

  constructor() {
    this.#resize(FIRST_CAPACITY);
  }

  #resize(capacity: number): void {
    const next = Buffer.allocUnsafeSlow(capacity);
    if (this.position > 0) this.bytes.copy(next, 0, 0, this.position);
    this.bytes = next;
    this.view = new DataView(next.buffer);
    this.#words = new Int32Array(next.buffer);
    this.#doubles = new Float64Array(next.buffer);
    this.#capacity = capacity;
  }

  /** Makes room for so many bytes more. */
  ensure(count: number): void {
    if (this.position + count > this.#capacity) this.#grow(this.position + count);
  }

  #grow(needed: number): void {
    this.#resize(layout.alignUp(Math.max(needed, Math.min(this.#capacity * 2, this.#capacity + LARGEST_STEP))));
  }

  byte(value: number): void {
    this.ensure(1);
    this.bytes[this.position++] = value;
  }

  count(value: number): void {
    this.ensure(8);
    let position = this.position;
    let rest = value;
    while (rest >= 128) {
      this.bytes[position++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[position++] = rest;
    this.position = position;
  }

  number(value: number): void {
    this.ensure(9);
    const position = this.position;
    const whole = value | 0;
    if (whole !== value || (whole === 0 && 1 / value < 0)) {
      this.bytes[position] = layout.VALUE_DOUBLE;
      this.view.setFloat64(position + 1, value, true);
      this.position = position + 9;
    } else if (whole >= 0 && whole < 128) {
      this.bytes[position] = layout.VALUE_SMALL | whole;
      this.position = position + 1;
    } else {
      this.bytes[position] = layout.VALUE_INT32;
      this.view.setInt32(position + 1, whole, true);
      this.position = position + 5;
    }
  }

  /** All elements of an array of numbers. */
  numbers(array: readonly number[], length: number): void {
    this.ensure(8 * length + 8);
    const first = layout.alignUp(this.position) / 8;
    const doubles = this.#doubles;
    for (let index = 0; index < length; index++) doubles[first + index] = array[index]!;
    this.position = (first + length) * 8;
  }

  text(value: string): void {
    const length = value.length;
    if (length > layout.TAIL_FROM) {
      const latin1 = isLatin1(value);
      this.byte(latin1 ? layout.VALUE_LATIN1_TAIL : layout.VALUE_WIDE_TAIL);
      this.count(length);
      this.#tail.push(value);
      this.#tailLengths.push(latin1 ? length : length * 2);
      return;
    }
    this.ensure(length * 2 + 8);
    if (length <= LOOP_LENGTH && this.#shortText(value, length, layout.VALUE_SHORT_TEXT | length)) return;
    if (!isLatin1(value)) {
      this.bytes[this.position++] = layout.VALUE_WIDE;
      this.count(length);
      this.bytes.write(value, this.position, length * 2, 'utf16le');
      this.position += length * 2;
      return;
    }
    if (length < layout.SHORT_TEXT_LENGTHS) {
      this.bytes[this.position++] = layout.VALUE_SHORT_TEXT | length;
    } else {
      this.bytes[this.position++] = layout.VALUE_LATIN1;
      this.count(length);
    }
    this.bytes.write(value, this.position, length, 'latin1');
    this.position += length;
  }

  /** Writes a head and the units of a text that fits; false, and nothing is written, when they are not all Latin-1. */
  #shortText(value: string, length: number, head: number): boolean {
    const target = this.bytes;
    const start = this.position + 1;
    let all = 0;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      all |= unit;
      target[start + index] = unit;
    }
    if (all > 255) return false;
    target[start - 1] = head;
    this.position = start + length;
    return true;
  }

  /** A property's name. */
  key(key: string): void {
    const length = key.length;
    this.ensure(length + 1);
    if (length <= LOOP_LENGTH && this.#shortText(key, length, length)) return;
    if (length > layout.KEY_LONGEST || !isLatin1(key)) {
      this.byte(layout.KEY_LONG);
      this.text(key);
      return;
    }
    this.bytes[this.position++] = length;
    this.bytes.write(key, this.position, length, 'latin1');
    this.position += length;
  }

  /** Begins an object of a shape, and returns where it begins. */
  shaped(shapeNumber: number): number {
    this.ensure(3);
    const start = this.position;
    this.bytes[start] = layout.VALUE_SHAPED;
    this.reshape(start, shapeNumber);
    this.position = start + 3;
    return start;
  }

  /** The object that begins there is of another shape, with the same names up to here. */
  reshape(start: number, shapeNumber: number): void {
    this.bytes[start + 1] = shapeNumber;
    this.bytes[start + 2] = shapeNumber >> 8;
  }

  /** From here on the object that begins there has its properties as pairs; `any`: it has some already. */
  unshape(start: number, any: boolean): void {
    this.bytes[start] = any ? layout.VALUE_PARTLY_SHAPED : layout.VALUE_OBJECT;
    if (any) this.byte(layout.VALUE_END);
    else this.position = start + 1;
  }

  /** Contents of a buffer; its length is written already. */
  contents(source: Uint8Array): void {
    const length = source.length;
    if (length > layout.TAIL_FROM) {
      this.#tail.push(source);
      this.#tailLengths.push(length);
      return;
    }
    this.ensure(length);
    this.bytes.set(source, this.position);
    this.position += length;
  }

  /** Whether the object was met before; then the reference to it is written. Else it has its number now. */
  seen(object: object): boolean {
    const count = this.#count;
    let number = -1;
    if (this.#numbers !== undefined) {
      number = this.#numbers.get(object) ?? -1;
      if (number < 0) this.#numbers.set(object, count);
    } else {
      const compared = this.#compared;
      for (let index = 0; index < count; index++) {
        if (compared[index] === object) {
          number = index;
          break;
        }
      }
      if (number < 0) {
        if (count < COMPARED) compared[count] = object;
        else this.#startMap(object);
      }
    }
    if (number < 0) {
      this.#count = count + 1;
      return false;
    }
    this.#refersBack = true;
    const unfinished = typeof object === 'function' && this.unfinished.includes(object);
    this.byte(unfinished ? layout.VALUE_UNFINISHED : layout.VALUE_SEEN);
    this.count(number);
    return true;
  }

  #startMap(object: object): void {
    const numbers = new Map<object, number>();
    for (let index = 0; index < COMPARED; index++) numbers.set(this.#compared[index]!, index);
    numbers.set(object, COMPARED);
    this.#numbers = numbers;
  }

  /** Notes a block that the value will own a reference of. The caller's reference holds until the commit. */
  own(address: number): void {
    this.count(this.#owned.length / 2);
    this.#owned.push(address, generationOf(address));
  }

  /** The same, of an object that crosses by reference. */
  ownObject(object: SharedObject): void {
    this.own(object.address);
    this.#objects.push(object);
  }

  /** Notes a buffer to be detached by the commit. */
  moves(buffer: ArrayBuffer): void {
    this.#moved.push(buffer);
  }

  /** Notes an object to be posted by the commit. Takes over the one reference of its block. */
  parcel(address: number, object: object, moved: boolean): void {
    this.#parcels.push({ address, object, moved, path: formatPath(this.trail, this.path.slice(0, this.depth)) });
    this.own(address);
  }

  /** Throws the error for the value being written. */
  refuse(reason: string, cause?: unknown): never {
    const path = formatPath(this.trail, this.path.slice(0, this.depth));
    const owner = this.inside.at(-1);
    if (owner === undefined || owner.depth >= this.depth) throw cannotCopy(this.what, path, reason, cause);
    const ownerPath = formatPath(this.trail, this.path.slice(0, owner.depth));
    throw cannotCopy(this.what, path, `${reason} (${ownerPath} is ${withArticle(owner.className)})`, cause);
  }

  /** Puts everything into one block: the only step that changes the arena. Returns its address. */
  commit(): number {
    const owned = this.#owned;
    const bodyStart = (layout.OWNED + owned.length) * 4;
    let total = bodyStart + this.position;
    for (let index = 0; index < this.#tailLengths.length; index++) total = layout.alignUp(total) + this.#tailLengths[index]!;
    // A body is copied in whole words.
    const address = allocate(KIND_BINARY, layout.alignUp(total));
    arena.words[address] = owned.length + (this.#refersBack ? 1 : 0);
    arena.words[address + 1] = this.position;
    for (let index = 0; index < owned.length; index++) arena.words[address + layout.OWNED + index] = owned[index]!;
    const start = address * 4 + bodyStart;
    if (this.position <= LOOP_BYTES) {
      const count = (this.position + 3) >> 2;
      const target = start / 4;
      for (let index = 0; index < count; index++) arena.words[target + index] = this.#words[index]!;
    } else {
      arena.bytes.set(this.bytes.subarray(0, this.position), start);
    }
    if (this.#tail.length > 0 || this.#moved.length > 0 || this.#parcels.length > 0) this.#finish(address, start + this.position);
    for (let index = 0; index < owned.length; index += 2) retain(owned[index]!);
    // After that: while its reference is its block's only one, a proxy that is found can be let go again.
    for (let index = 0; index < this.#objects.length; index++) this.#objects[index]!.list();
    return address;
  }

  /** Copies the tail, posts parcels, and detaches what was moved. Throwing, it gives the block back. */
  #finish(address: number, start: number): void {
    try {
      let position = start;
      for (let index = 0; index < this.#tail.length; index++) {
        position = layout.alignUp(position);
        const part = this.#tail[index]!;
        const length = this.#tailLengths[index]!;
        if (typeof part !== 'string') {
          if (part.length !== length) throw new DataCloneError(`cannot ${this.what}: a getter resized a buffer of the value`);
          arena.bytes.set(part, position);
        } else {
          mapViews();
          if (length === part.length) arenaBuffer.write(part, position, length, 'latin1');
          else arenaBuffer.write(part, position, length, 'utf16le');
        }
        position += length;
      }
      for (const parcel of this.#parcels) this.#post(parcel);
      if (this.#moved.length > 0) detach(this.#moved, this.what);
    } catch (error) {
      free(address);
      throw error;
    }
  }

  #post({ address, object, moved, path }: Parcel): void {
    try {
      parcelHook!.post(address, object, moved);
    } catch (error) {
      throw cannotCopy(this.what, path, `is ${describe(object)} that cannot be posted: ${textOf(error)}`, error);
    }
    if (moved) unmark(object);
  }

  /** Forgets the value, so that it can be collected. */
  reset(): void {
    for (let index = 0; index < this.#parcels.length; index++) release(this.#parcels[index]!.address);
    if (this.#parcels.length > 0) this.#parcels.length = 0;
    for (let index = 0; index < this.#count && index < COMPARED; index++) this.#compared[index] = undefined;
    this.#count = 0;
    this.#refersBack = false;
    this.position = 0;
    this.depth = 0;
    this.trail = undefined;
    this.#numbers = undefined;
    if (this.#owned.length > 0) this.#owned.length = 0;
    if (this.#objects.length > 0) this.#objects.length = 0;
    if (this.#tail.length > 0) this.#tail.length = this.#tailLengths.length = 0;
    if (this.#moved.length > 0) this.#moved.length = 0;
    if (this.inside.length > 0) this.inside.length = 0;
    if (this.late.length > 0) this.late.length = 0;
    if (this.unfinished.length > 0) this.unfinished.length = 0;
    this.namesOf = -1;
    if (this.bytes.length > LARGEST_KEPT) this.#resize(FIRST_CAPACITY);
  }
}

let spare: BlobWriter | undefined;

export function takeWriter(what: string, atOnce: boolean): BlobWriter {
  const writer = spare ?? new BlobWriter();
  spare = undefined;
  writer.what = what;
  writer.atOnce = atOnce;
  return writer;
}

export function giveWriter(writer: BlobWriter): void {
  writer.reset();
  spare = writer;
}
