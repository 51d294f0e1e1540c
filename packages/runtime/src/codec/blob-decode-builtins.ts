/** Makes objects of the language's and Node's own classes, and functions. */
import { Buffer } from 'node:buffer';
import { DataCloneError } from '../errors.ts';
import { readProperties, readValue, setter } from './blob-decode.ts';
import * as layout from './blob-layout.ts';
import { type BlobReader, Unfinished } from './blob-reader.ts';
import { makeError } from './error-classes.ts';
import { functionHook } from './functions.ts';
import { parcelHook } from './parcels.ts';
import { sameOfNumber } from './same-everywhere.ts';
import { sharedBufferOf } from './shared-buffers.ts';
import { makeView } from './view-classes.ts';

/** An object, complete or to be filled by `readLateBuiltin`. */
export function makeBuiltin(reader: BlobReader, tag: number): object {
  switch (tag) {
    case layout.VALUE_MAP:
      return reader.note(new Map());
    case layout.VALUE_SET:
      return reader.note(new Set());
    case layout.VALUE_ERROR:
      return makeNamedError(reader);
    case layout.VALUE_SAME:
      return reader.note(sameOfNumber(reader.byte()));
    case layout.VALUE_DATE:
      return reader.note(new Date(readValue(reader) as number));
    case layout.VALUE_DOM_EXCEPTION:
      return reader.note(makeDomException(reader));
    case layout.VALUE_REGEXP: {
      const source = readText(reader);
      return reader.note(new RegExp(source, readText(reader)));
    }
    case layout.VALUE_BOXED:
      return reader.note(Object(readValue(reader)) as object);
    case layout.VALUE_BUFFER:
      return reader.note(reader.contents(reader.count(), undefined));
    case layout.VALUE_RESIZABLE_BUFFER: {
      const maximum = reader.count();
      return reader.note(reader.contents(reader.count(), maximum));
    }
    case layout.VALUE_NODE_BUFFER:
      return reader.note(Buffer.from(reader.contents(reader.count(), undefined)));
    case layout.VALUE_VIEW:
      return readView(reader);
    case layout.VALUE_SHARED_BUFFER:
      return reader.note(sharedBufferOf(reader.ownedAddress(reader.count())));
    case layout.VALUE_PARCEL: {
      const address = reader.ownedAddress(reader.count());
      if (parcelHook === undefined) throw new DataCloneError('this thread cannot receive what was posted to it');
      return reader.note(parcelHook.receive(address));
    }
    default:
      throw new DataCloneError(`a value in shared memory is damaged: tag ${tag} at byte ${reader.position - 1}`);
  }
}

export function readLateBuiltin(reader: BlobReader, object: object, tag: number): void {
  if (tag === layout.VALUE_MAP) readMap(reader, object as Map<unknown, unknown>);
  else if (tag === layout.VALUE_SET) readSet(reader, object as Set<unknown>);
  else if (tag === layout.VALUE_ERROR) readError(reader, object as Error);
}

function readText(reader: BlobReader): string {
  return reader.text(reader.byte());
}

function readMap(reader: BlobReader, map: Map<unknown, unknown>): void {
  while (!reader.atEnd()) {
    const key = readValue(reader);
    const value = readValue(reader);
    map.set(key, value);
    if (reader.anyUnfinished && key instanceof Unfinished) {
      reader.whenMade(key, (fn) => {
        const current = map.get(key);
        map.delete(key);
        map.set(fn, current);
      });
    }
    if (reader.anyUnfinished && value instanceof Unfinished) reader.whenMade(value, (fn) => map.set(key, fn));
  }
}

function readSet(reader: BlobReader, set: Set<unknown>): void {
  while (!reader.atEnd()) {
    const value = readValue(reader);
    set.add(value);
    if (reader.anyUnfinished && value instanceof Unfinished) {
      reader.whenMade(value, (fn) => {
        set.delete(value);
        set.add(fn);
      });
    }
  }
}

function makeNamedError(reader: BlobReader): Error {
  const error = reader.note(makeError(readText(reader)));
  const name = readValue(reader);
  if (name !== undefined) define(error, 'name', name);
  return error;
}

function readError(reader: BlobReader, error: Error): void {
  const stack = readValue(reader);
  define(error, 'stack', stack);
  for (let key = reader.key(); key !== undefined; key = reader.key()) define(error, key, readValue(reader));
  readProperties(reader, error);
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}

function makeDomException(reader: BlobReader): DOMException {
  const name = readText(reader);
  const made = new DOMException(readText(reader), name);
  Object.defineProperty(made, 'stack', { value: readText(reader), writable: true, enumerable: false, configurable: true });
  return made;
}

function readView(reader: BlobReader): ArrayBufferView {
  const number = reader.byte();
  const byteOffset = reader.count();
  const tracking = reader.byte() === 1;
  const byteLength = reader.count();
  const own = reader.reserve();
  const buffer = readValue(reader) as ArrayBufferLike;
  const view = makeView(number, buffer, byteOffset, tracking ? undefined : byteLength);
  reader.settle(own, view);
  return view;
}

export function makeFunction(reader: BlobReader): Function {
  const own = reader.reserve();
  const functionNumber = reader.count();
  const count = reader.count();
  const captures = count === 0 ? null : new Array<unknown>(count - 1);
  if (captures !== null) {
    for (let index = 0; index < captures.length; index++) {
      const value = readValue(reader);
      captures[index] = value;
      if (reader.anyUnfinished && value instanceof Unfinished) {
        captures[index] = undefined;
        reader.whenMade(value, setter(captures, index));
      }
    }
  }
  if (functionHook === undefined) throw new DataCloneError('this thread cannot make functions that were sent to it');
  const made = functionHook.decode(functionNumber, captures);
  reader.settle(own, made);
  const patches = reader.patches?.get(own);
  if (patches !== undefined) for (const patch of patches) patch(made);
  return made;
}
