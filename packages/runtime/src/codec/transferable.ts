/**
 * What Node can post from thread to thread beside plain data: by moving it (MessagePorts, streams, file handles), or by copying
 * it (Blobs, keys). Node's own classes tell by methods whose names are symbols; which these are, only their descriptions say.
 */
import { isArrayBuffer, isKeyObject } from 'node:util/types';
import { MessagePort } from 'node:worker_threads';

const MOVES = 'messaging_transfer_symbol';
const COPIES = 'messaging_clone_symbol';

/** Whether `transfer` can move it. */
export function isTransferable(object: object): boolean {
  if (isArrayBuffer(object) || object instanceof MessagePort) return true;
  // Node moves these only when they were made for it, which nothing tells.
  if (object instanceof AbortSignal) return false;
  return hasMethod(object, MOVES);
}

/** Whether structured clone copies it, in a way that only posting it can. */
export function isPostable(object: object): boolean {
  return isKeyObject(object) || hasMethod(object, COPIES);
}

/** Whether it is a stream that somebody reads or writes, or a file handle that is closed: those cannot be moved any more. */
export function isInUse(object: object): boolean {
  return (
    (object as Partial<ReadableStream>).locked === true ||
    (object as Partial<TransformStream>).readable?.locked === true ||
    (object as Partial<TransformStream>).writable?.locked === true ||
    (object as { fd?: unknown }).fd === -1
  );
}

/** Ends what was moved to this thread and nobody here will have. */
export function giveUp(object: object): void {
  if (object instanceof TransformStream) {
    giveUp(object.readable);
    giveUp(object.writable);
    return;
  }
  const { close, cancel, abort } = object as { close?(): unknown; cancel?(): unknown; abort?(): unknown };
  const ended = (cancel ?? abort ?? close)?.call(object);
  // A stream or a file that has failed is over, too.
  if (ended instanceof Promise) ended.catch(() => undefined);
}

function hasMethod(object: object, description: string): boolean {
  for (let owner = Object.getPrototypeOf(object); owner !== null; owner = Object.getPrototypeOf(owner)) {
    if (owner === Object.prototype) return false;
    for (const symbol of Object.getOwnPropertySymbols(owner)) if (symbol.description === description) return true;
  }
  return false;
}
