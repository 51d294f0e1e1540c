/** Writes objects of the language's and Node's own classes, and functions. */
import { AsyncLocalStorage } from 'node:async_hooks';
import * as types from 'node:util/types';
import { CaptureError, DataCloneError } from '../errors.ts';
import { writeNested, writeProperties, writeValue } from './blob-encode.ts';
import * as layout from './blob-layout.ts';
import type { BlobWriter } from './blob-writer.ts';
import { describe } from './classes.ts';
import { classifyError, HIDDEN_ERROR_PROPERTIES } from './error-classes.ts';
import { functionHook } from './functions.ts';
import { OBJECT_OF_FUNCTION, type SharedObject, staleText } from './handles.ts';
import { parcelHook } from './parcels.ts';
import { Described, mapKeyStep, mapValueStep } from './path.ts';
import { numberOfSame } from './same-everywhere.ts';
import { publishSharedBuffer } from './shared-buffers.ts';
import { isMarked, isPooled } from './transfer.ts';
import { isPostable, isTransferable } from './transferable.ts';
import { type Resizable, tracksLength, viewNumber } from './view-classes.ts';

/** An object that is neither plain, nor an array, nor an instance of a program's class. */
export function writeBuiltin(writer: BlobWriter, object: object): void {
  if (types.isProxy(object)) writer.refuse('is a Proxy');
  if (types.isMap(object)) writeNested(writer, object, layout.VALUE_MAP);
  else if (types.isSet(object)) writeNested(writer, object, layout.VALUE_SET);
  else if (types.isDate(object)) writeDate(writer, object);
  else if (ArrayBuffer.isView(object)) writeView(writer, object);
  else if (types.isSharedArrayBuffer(object)) writeSharedBuffer(writer, object);
  else if (types.isArrayBuffer(object)) writeBuffer(writer, object);
  else if (isDomException(object)) writeDomException(writer, object);
  else if (types.isNativeError(object) || object instanceof Error) writeSameOrNested(writer, object, layout.VALUE_ERROR);
  else if (types.isRegExp(object)) writeRegExp(writer, object);
  else if (types.isBoxedPrimitive(object) && !types.isSymbolObject(object)) writeBoxed(writer, object);
  else writeParcel(writer, object);
}

/** An object that every thread may have one of, or that is copied. */
export function writeSameOrNested(writer: BlobWriter, object: object, tag: number): void {
  const number = numberOfSame(object);
  if (number < 0) {
    writeNested(writer, object, tag);
    return;
  }
  writer.byte(layout.VALUE_SAME);
  writer.byte(number);
}

function writeDate(writer: BlobWriter, date: Date): void {
  writer.byte(layout.VALUE_DATE);
  writer.number(date.getTime());
}

function writeDomException(writer: BlobWriter, error: DOMException): void {
  writer.byte(layout.VALUE_DOM_EXCEPTION);
  writer.text(error.name);
  writer.text(error.message);
  writer.text(String(error.stack));
}

function writeRegExp(writer: BlobWriter, expression: RegExp): void {
  writer.byte(layout.VALUE_REGEXP);
  writer.text(expression.source);
  writer.text(expression.flags);
}

function writeBoxed(writer: BlobWriter, object: object): void {
  writer.byte(layout.VALUE_BOXED);
  writeValue(writer, (object as { valueOf(): unknown }).valueOf());
}

/** The last resort: an object that may be posted to the other thread. */
function writeParcel(writer: BlobWriter, object: object): void {
  const moved = isMarked(object);
  if (writer.atOnce && (isTransferable(object) || isPostable(object))) {
    writer.refuse(`is ${describe(object)}, which is posted to a thread and must be waited for there. Keep its contents instead.`);
  }
  const parcel = parcelHook === undefined ? 0 : reserve(writer, object, moved);
  if (parcel === 0) {
    writer.refuse(
      moved
        ? `is ${describe(object)}, which cannot be transferred to a goroutine. Keep it on its thread and use proxy(value).`
        : isTransferable(object)
          ? `is ${describe(object)}, which can be moved but not copied: use transfer(value).`
          : `is ${describe(object)}. ${remedyFor(object)}`,
    );
  }
  writer.byte(layout.VALUE_PARCEL);
  writer.parcel(parcel, object, moved);
}

function remedyFor(object: object): string {
  if (types.isPromise(object)) return 'Wait for it, and send what it gives.';
  if (object instanceof AsyncLocalStorage) return "Its stores are its thread's: send what getStore() gives, or use go.local.";
  return 'Send data only, or use proxy(value).';
}

function reserve(writer: BlobWriter, object: object, moved: boolean): number {
  try {
    return parcelHook!.reserve(object, moved);
  } catch (error) {
    if (error instanceof DataCloneError) writer.refuse(`is ${error.message}`, error);
    throw error;
  }
}

/** Contents of what `writeNested` begins and is neither a plain object nor an array. */
export function writeLateBuiltin(writer: BlobWriter, object: object, tag: number): void {
  if (tag === layout.VALUE_MAP) writeMap(writer, object as Map<unknown, unknown>);
  else if (tag === layout.VALUE_SET) writeSet(writer, object as Set<unknown>);
  else writeError(writer, object as Error);
}

/** As many entries as there were at the start: a getter inside may add to the map. */
function writeMap(writer: BlobWriter, map: Map<unknown, unknown>): void {
  const depth = writer.depth++;
  const size = map.size;
  let index = 0;
  for (const [key, value] of map) {
    if (index === size) break;
    writer.path[depth] = mapKeyStep(index);
    writeValue(writer, key);
    writer.path[depth] = mapValueStep(key, index);
    writeValue(writer, value);
    index++;
  }
  writer.depth = depth;
  writer.byte(layout.VALUE_END);
}

function writeSet(writer: BlobWriter, set: Set<unknown>): void {
  const depth = writer.depth++;
  const size = set.size;
  let index = 0;
  for (const value of set) {
    if (index === size) break;
    writer.path[depth] = new Described(`element number ${index}`);
    writeValue(writer, value);
    index++;
  }
  writer.depth = depth;
  writer.byte(layout.VALUE_END);
}

/** Stands before the contents: an error is made with its class. */
export function writeErrorClass(writer: BlobWriter, error: Error): void {
  const { className, name } = classifyError(error);
  writer.text(className);
  writeValue(writer, name);
}

/** Stack, hidden properties, other properties. */
function writeError(writer: BlobWriter, error: Error): void {
  const stack: unknown = error.stack;
  writeValue(writer, typeof stack === 'string' ? stack : undefined);
  const depth = writer.depth++;
  for (const key of HIDDEN_ERROR_PROPERTIES) {
    const property = Object.getOwnPropertyDescriptor(error, key);
    if (property === undefined || property.enumerable === true) continue;
    writer.path[depth] = key;
    writer.key(key);
    writeValue(writer, Reflect.get(error, key));
  }
  writer.depth = depth;
  writer.byte(layout.KEY_END);
  writeProperties(writer, error);
}

function isDomException(object: object): object is DOMException {
  return Reflect.get(object, Symbol.toStringTag) === 'DOMException' && object instanceof DOMException;
}

/** `detached` is of Node 21 and later. */
function mustBeThere(writer: BlobWriter, buffer: ArrayBufferLike): void {
  if (buffer.byteLength > 0) return;
  try {
    new Uint8Array(buffer);
  } catch {
    writer.refuse(
      'is, or is a view of, an ArrayBuffer whose contents were moved: what was sent by transfer() cannot be sent again',
    );
  }
}

function writeView(writer: BlobWriter, view: ArrayBufferView): void {
  mustBeThere(writer, view.buffer);
  if (isPooled(view)) {
    // The pool holds other data beside this Buffer's: only its own part is copied.
    writer.byte(layout.VALUE_NODE_BUFFER);
    writer.count(view.length);
    writer.contents(view);
    return;
  }
  writer.byte(layout.VALUE_VIEW);
  writer.byte(viewNumber(view));
  writer.count(view.byteOffset);
  writer.byte(tracksLength(view) ? 1 : 0);
  writer.count(view.byteLength);
  writeValue(writer, view.buffer);
}

function writeBuffer(writer: BlobWriter, buffer: ArrayBuffer & Resizable): void {
  mustBeThere(writer, buffer);
  if (buffer.resizable === true) {
    writer.byte(layout.VALUE_RESIZABLE_BUFFER);
    writer.count(buffer.maxByteLength!);
  } else {
    writer.byte(layout.VALUE_BUFFER);
  }
  writer.count(buffer.byteLength);
  writer.contents(new Uint8Array(buffer, 0, buffer.byteLength));
  if (isMarked(buffer)) writer.moves(buffer);
}

function writeSharedBuffer(writer: BlobWriter, buffer: SharedArrayBuffer): void {
  const address = publishSharedBuffer(buffer);
  if (address === 0) writer.refuse("is the runtime's own memory");
  writer.byte(layout.VALUE_SHARED_BUFFER);
  writer.own(address);
}

/** Only for an error: the name of a proxy is a call to another thread. */
function nameOf(fn: Function): string {
  if (types.isProxy(fn)) return 'a Proxy';
  return fn.name === '' ? 'a function' : `the function '${fn.name}'`;
}

export function writeFunction(writer: BlobWriter, fn: Function): void {
  if (writer.seen(fn)) return;
  const object = types.isProxy(fn) ? undefined : (fn as { [OBJECT_OF_FUNCTION]?: SharedObject })[OBJECT_OF_FUNCTION];
  if (object !== undefined) {
    if (!object.isCurrent()) writer.refuse(staleText(object));
    writer.byte(layout.VALUE_OBJECT_FUNCTION);
    writer.ownObject(object);
    return;
  }
  if (functionHook === undefined) writer.refuse(`is ${nameOf(fn)}. Send data only, or use proxy(value).`);
  let reference: { functionNumber: number; captures: unknown[] | null };
  try {
    reference = functionHook.encode(fn, writer.atOnce);
  } catch (error) {
    if (error instanceof CaptureError) writer.refuse(`is ${nameOf(fn)} that cannot be copied: ${error.message}`, error);
    throw error;
  }
  writer.byte(layout.VALUE_FUNCTION);
  writer.count(reference.functionNumber);
  const captures = reference.captures;
  // 0 for none, so that null and an empty list differ.
  writer.count(captures === null ? 0 : captures.length + 1);
  if (captures === null) return;
  writer.unfinished.push(fn);
  const depth = writer.depth++;
  for (let index = 0; index < captures.length; index++) {
    writer.path[depth] = new Described(`captured value ${index}`);
    writeValue(writer, captures[index]);
  }
  writer.depth = depth;
  writer.unfinished.pop();
}
