/**
 * What cannot live in shared memory but can be posted from thread to thread: MessagePorts, streams, Blobs, file handles.
 *
 * A hook carries them, since only the layer that knows the threads can post between them. The sending thread posts the
 * object into a fresh MessageChannel; the main thread keeps the other port under a number until the receiving thread asks for it.
 * In the arena there is a block for the parcel, with its thread and number; the value owns a reference of that block,
 * so a value that is dropped undelivered tells by the block's destroyer that the port can be closed.
 *
 *   1. `reserve` makes the block. Nothing happens to the object yet; the encode may still fail and gives the block back.
 *   2. `post` is called when nothing else can fail; it may throw, and the value is not sent then.
 *   3. `receive` gives the object, or throws PendingValue while the port is on its way.
 *
 * Without a hook such objects are refused.
 */
export interface ParcelHook {
  /**
   * A new block with one reference, or 0 when an object of this class cannot be posted. `moved`: marked by `transfer`.
   * Throws DataCloneError, which becomes one with the path to the object, when this one cannot.
   */
  reserve(object: object, moved: boolean): number;
  post(address: number, object: object, moved: boolean): void;
  receive(address: number): object;
}

export let parcelHook: ParcelHook | undefined;

export function setParcelHook(hook: ParcelHook | undefined): void {
  parcelHook = hook;
}
