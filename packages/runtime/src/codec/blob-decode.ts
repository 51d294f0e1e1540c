/**
 * Makes a value from its body; the mirror of `blob-encode.ts`. Code of others runs in here only in two places: a
 * registered kind's `wrap`, and the function hook; when one of them throws, nothing was consumed.
 */

import { makeBuiltin, makeFunction, readLateBuiltin } from './blob-decode-builtins.ts';
import * as layout from './blob-layout.ts';
import { type BlobReader, giveReader, takeReader, Unfinished } from './blob-reader.ts';
import { proxyOf } from './handles.ts';
import { provideReading } from './shape-maker.ts';
import { mapShapes, shapeOf } from './shapes.ts';

export function decodeBlob(address: number): unknown {
  mapShapes();
  const reader = takeReader(address);
  try {
    const value = readValue(reader);
    for (let index = 0; index < reader.late.length; index++) {
      const { object, tag } = reader.late[index]!;
      readContents(reader, object, tag);
    }
    return value;
  } finally {
    giveReader(reader);
  }
}

export function readValue(reader: BlobReader): unknown {
  const tag = reader.byte();
  if (tag >= layout.VALUE_SMALL) return tag - layout.VALUE_SMALL;
  if (tag >= layout.VALUE_SHORT_TEXT) return reader.text(tag);
  switch (tag) {
    case layout.VALUE_OBJECT: {
      const object = reader.note({});
      readProperties(reader, object);
      return object;
    }
    case layout.VALUE_SHAPED: {
      const { maker } = shapeOf(reader.shape());
      return reader.hasNumbers() ? maker.makeNumbered(reader) : maker.make(reader);
    }
    case layout.VALUE_ARRAY: {
      const length = reader.count();
      const form = reader.byte();
      const isShort = form === layout.ARRAY_DENSE && length < blanks.length && !reader.atNumber();
      const array = reader.note(isShort ? blanks[length]!() : []);
      readElements(reader, array, length, form);
      return array;
    }
    case layout.VALUE_INT32:
      return reader.int32();
    case layout.VALUE_DOUBLE:
      return reader.double();
    case layout.VALUE_UNDEFINED:
      return undefined;
    case layout.VALUE_NULL:
      return null;
    case layout.VALUE_FALSE:
      return false;
    case layout.VALUE_TRUE:
      return true;
    case layout.VALUE_LATIN1:
    case layout.VALUE_WIDE:
    case layout.VALUE_LATIN1_TAIL:
    case layout.VALUE_WIDE_TAIL:
      return reader.text(tag);
    case layout.VALUE_BIGINT:
      return readBigInt(reader);
    case layout.VALUE_SEEN:
      return reader.seen(reader.count());
    case layout.VALUE_UNFINISHED:
      return reader.unfinished(reader.count());
    case layout.VALUE_HANDLE: {
      const index = reader.count();
      return reader.note(proxyOf(reader.ownedAddress(index), reader.ownedGeneration(index)));
    }
    case layout.VALUE_OBJECT_FUNCTION: {
      const index = reader.count();
      return reader.note(proxyOf(reader.ownedAddress(index), reader.ownedGeneration(index)).toFunction());
    }
    case layout.VALUE_FUNCTION:
      return makeFunction(reader);
    case layout.VALUE_PARTLY_SHAPED: {
      const { names } = shapeOf(reader.shape());
      const object = reader.note({});
      for (let index = 0; !reader.atEnd(); index++) readProperty(reader, object, names[index]!);
      readProperties(reader, object);
      return object;
    }
    case layout.VALUE_LATE: {
      const lateTag = reader.byte();
      const object =
        lateTag === layout.VALUE_OBJECT
          ? reader.note({})
          : lateTag === layout.VALUE_ARRAY
            ? reader.note([])
            : makeBuiltin(reader, lateTag);
      reader.late.push({ object: object as object, tag: lateTag });
      return object;
    }
    default: {
      const object = makeBuiltin(reader, tag);
      readLateBuiltin(reader, object, tag);
      return object;
    }
  }
}

function readContents(reader: BlobReader, object: object, tag: number): void {
  if (tag === layout.VALUE_OBJECT) readProperties(reader, object);
  else if (tag === layout.VALUE_ARRAY) readElements(reader, object as unknown[], reader.count(), reader.byte());
  else readLateBuiltin(reader, object, tag);
}

function readBigInt(reader: BlobReader): bigint {
  const text = reader.text(reader.byte());
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

export function readProperties(reader: BlobReader, object: object): void {
  for (let key = reader.key(); key !== undefined; key = reader.key()) readProperty(reader, object, key);
}

function readProperty(reader: BlobReader, object: object, key: string): void {
  const value = readValue(reader);
  if (reader.anyUnfinished) setLater(reader, object, key, value);
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (object as Record<string, unknown>)[key] = value;
  }
}

/** A function that is being made becomes the property's value once it is. */
function setLater(reader: BlobReader, object: object, key: string | number, value: unknown): void {
  if (value instanceof Unfinished) reader.whenMade(value, setter(object, key));
}

provideReading(readValue, setLater);

/**
 * Short arrays of the length they will have: what `push` makes of an empty one has room for 17, and costs 40 ns more. Not for
 * numbers: those of an array that was made for any values are objects each.
 */
const blanks: ReadonlyArray<() => unknown[]> = [
  () => [],
  () => [undefined],
  () => [undefined, undefined],
  () => [undefined, undefined, undefined],
  () => [undefined, undefined, undefined, undefined],
];

/** The array is empty, or has its length. */
function readElements(reader: BlobReader, array: unknown[], length: number, form: number): void {
  if (form === layout.ARRAY_SPARSE) {
    array.length = length;
  } else if (form === layout.ARRAY_NUMBERS) {
    reader.numbers(array as number[], length);
  } else {
    for (let index = 0; index < length; index++) {
      if (reader.atHole()) {
        if (index < array.length) delete array[index];
        else array.length = index + 1;
        continue;
      }
      const value = readValue(reader);
      if (reader.anyUnfinished) setLater(reader, array, index, value);
      array[index] = value;
    }
  }
  readProperties(reader, array);
}

export function setter(object: object, key: string | number): (fn: Function) => void {
  return (fn) => {
    (object as Record<string | number, unknown>)[key] = fn;
  };
}
