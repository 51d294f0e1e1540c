/**
 * Moving MessagePorts, streams, file handles, and copying Blobs and keys: what Node can only post from thread to thread.
 *
 * Who will receive a value is not known when it is sent. So the main thread is the post office: every worker has a port to
 * it (Installation), and a parcel is an unread message in a port, which can be handed on unopened.
 *
 *   1. The sender posts the object into a fresh MessageChannel, and the other port of it, under a number, to the main thread. Then
 *      the value is sent, with a block that holds the number and the sender's machine.
 *   2. Whoever decodes the value asks the main thread for the number and waits (PendingValue), the main thread itself excepted.
 *   3. The main thread may be asked before it has seen the parcel, since each worker has a port of its own. But the parcel was
 *      posted before anybody could ask: it takes out what the sender's port holds, and then has it.
 *   4. The receiver opens the parcel and keeps the object while the block lives: a decode that has to wait for another part of
 *      the value begins again.
 *   5. When the block is freed, on whichever thread, the main thread is told, closes what was not fetched, and tells a receiver on
 *      another thread to let go of the object. As in 3, the parcel itself may still be under way. What was opened and then decoded by
 *      nobody, because whoever wanted it has ended, is closed: nobody else could.
 *
 * What was moved can be received once: a second thread that decodes the same value (the result of a goroutine that is joined twice) is
 * refused. What is copied the main thread opens itself and keeps while the block lives; each thread that asks gets a parcel of its own.
 * While the main thread computes, nothing is delivered to the others.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, type TransferListItem } from 'node:worker_threads';
import { describe } from '../codec/classes.ts';
import { setParcelHook } from '../codec/parcels.ts';
import { PendingValue } from '../codec/pending.ts';
import { giveUp, isInUse, isPostable, isTransferable } from '../codec/transferable.ts';
import { DataCloneError } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { add } from '../memory/atomics.ts';
import { allocate, setDestroyer } from '../memory/heap.ts';
import { KIND_PARCEL, PARCEL_COUNT } from '../memory/layout.ts';
import { machine } from '../scheduler/machine.ts';

/** Words of the block. */
const NUMBER = 0;
const SENDER = 1;
const PARCEL_BYTES = 8;

type ToMain =
  | { readonly posted: number; readonly parcel: MessagePort; readonly moved: boolean }
  | { readonly wanted: number; readonly sender: number }
  | { readonly freed: number; readonly sender: number };
/** Without a parcel: somebody else has it. */
type ToWorker = { readonly number: number; readonly parcel: MessagePort | null } | { readonly forget: number };

/** What was opened on this thread and may be decoded again; and what of it was not decoded yet. */
const opened = new Map<number, object>();
const untouched = new Set<number>();

/** On a worker: its port to the main thread, and what it has asked for. */
let office: MessagePort | null = null;
const asked = new Map<number, { ready: Promise<void>; arrived: () => void }>();
const refused = new Set<number>();

/** On the main thread: the workers' ports by machine, unopened parcels, those of them that were moved, and who was given which. */
const customers = new Map<number, MessagePort>();
const unopened = new Map<number, MessagePort>();
const movedOnes = new Set<number>();
const receivers = new Map<number, Set<number>>();

/** On the main thread, with a new arena; on a worker with its port to the main thread. */
export function installParcels(port: MessagePort | null): void {
  forgetParcels();
  office = port;
  port?.on('message', (message: ToWorker) => handleOnWorker(message));
  port?.unref();
  setParcelHook({ reserve, post, receive });
}

/** The arena is not used again, or a new one has come. */
export function forgetParcels(): void {
  for (const parcel of unopened.values()) parcel.close();
  for (const number of untouched) letGo(number);
  for (const state of [opened, asked, refused, unopened, movedOnes, receivers]) state.clear();
}

function reserve(object: object, moved: boolean): number {
  if (moved ? !isTransferable(object) : !isPostable(object)) return 0;
  if (moved && isInUse(object))
    throw new DataCloneError(`${describe(object)} that is in use or closed, and cannot be moved any more`);
  const address = allocate(KIND_PARCEL, PARCEL_BYTES);
  arena.words[address + NUMBER] = add(PARCEL_COUNT, 1) + 1;
  arena.words[address + SENDER] = machine.number;
  return address;
}

function post(address: number, object: object, moved: boolean): void {
  const parcel = parcelOf(object, moved);
  const number = arena.words[address + NUMBER]!;
  if (office === null) takeParcel(number, parcel, moved);
  else office.postMessage({ posted: number, parcel, moved } satisfies ToMain, [parcel]);
}

/** The port in which the object lies as an unread message. */
function parcelOf(object: object, moved: boolean): MessagePort {
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage([object], moved ? [object as TransferListItem] : []);
  } catch (error) {
    port2.close();
    throw error;
  }
  port1.close();
  return port2;
}

function receive(address: number): object {
  const number = arena.words[address + NUMBER]!;
  const object = opened.get(number);
  if (object !== undefined) {
    untouched.delete(number);
    return object;
  }
  if (office === null) {
    const parcel = fetch(number, arena.words[address + SENDER]!);
    if (parcel === undefined) throw gone();
    return open(number, parcel);
  }
  if (refused.has(number)) throw gone();
  throw new PendingValue(
    'an object that was posted from another thread has not arrived',
    ask(number, arena.words[address + SENDER]!),
  );
}

function gone(): DataCloneError {
  return new DataCloneError(
    'a value with a moved object was received already, on another thread; such an object can be received once',
  );
}

function open(number: number, parcel: MessagePort): object {
  const [object] = receiveMessageOnPort(parcel)!.message as [object];
  parcel.close();
  opened.set(number, object);
  return object;
}

function ask(number: number, sender: number): Promise<void> {
  const before = asked.get(number);
  if (before !== undefined) return before.ready;
  const { promise: ready, resolve: arrived } = withResolvers();
  asked.set(number, { ready, arrived });
  office!.postMessage({ wanted: number, sender } satisfies ToMain);
  return ready;
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function handleOnWorker(message: ToWorker): void {
  if ('forget' in message) {
    letGo(message.forget);
    return;
  }
  const { number, parcel } = message;
  if (parcel === null) {
    refused.add(number);
  } else {
    open(number, parcel);
    untouched.add(number);
  }
  asked.get(number)?.arrived();
  asked.delete(number);
}

setDestroyer(KIND_PARCEL, (address) => {
  const number = arena.words[address + NUMBER]!;
  const sender = arena.words[address + SENDER]!;
  letGo(number);
  refused.delete(number);
  if (office === null) freed(number, sender);
  else office.postMessage({ freed: number, sender } satisfies ToMain);
});

/** Nobody on this thread will decode it any more. */
function letGo(number: number): void {
  const object = opened.get(number);
  opened.delete(number);
  if (untouched.delete(number)) giveUp(object!);
}

/** On the main thread: a worker's end of the port is in its Installation. */
export function connectParcels(machineNumber: number, port: MessagePort): void {
  customers.set(machineNumber, port);
  port.on('message', (message: ToMain) => handleOnMain(machineNumber, message));
  port.unref();
}

/** On the main thread, when a worker has ended: what it has sent can still be received. */
export function disconnectParcels(machineNumber: number): void {
  takeIn(machineNumber);
  customers.get(machineNumber)?.close();
  customers.delete(machineNumber);
}

function handleOnMain(from: number, message: ToMain): void {
  if ('posted' in message) takeParcel(message.posted, message.parcel, message.moved);
  else if ('freed' in message) freed(message.freed, message.sender);
  else answer(from, message.wanted, message.sender);
}

function takeParcel(number: number, parcel: MessagePort, moved: boolean): void {
  unopened.set(number, parcel);
  if (moved) movedOnes.add(number);
}

function answer(from: number, number: number, sender: number): void {
  const parcel = parcelFor(number, sender) ?? null;
  if (parcel !== null) addReceiver(number, from);
  customers.get(from)?.postMessage({ number, parcel } satisfies ToWorker, parcel === null ? [] : [parcel]);
}

function addReceiver(number: number, machineNumber: number): void {
  const before = receivers.get(number);
  if (before === undefined) receivers.set(number, new Set([machineNumber]));
  else before.add(machineNumber);
}

/** For a worker: what was moved itself, while nobody has it, else a copy. */
function parcelFor(number: number, sender: number): MessagePort | undefined {
  const kept = opened.get(number);
  const parcel = kept === undefined ? fetch(number, sender) : undefined;
  if (movedOnes.has(number)) return parcel;
  const object = kept ?? (parcel === undefined ? undefined : open(number, parcel));
  return object === undefined ? undefined : parcelOf(object, false);
}

/** A parcel that nobody has yet. */
function fetch(number: number, sender: number): MessagePort | undefined {
  if (!unopened.has(number)) takeIn(sender);
  const parcel = unopened.get(number);
  unopened.delete(number);
  return parcel;
}

function takeIn(sender: number): void {
  const port = customers.get(sender);
  if (port === undefined) return;
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    handleOnMain(sender, next.message as ToMain);
  }
}

function freed(number: number, sender: number): void {
  fetch(number, sender)?.close();
  letGo(number);
  movedOnes.delete(number);
  for (const receiver of receivers.get(number) ?? []) customers.get(receiver)?.postMessage({ forget: number } satisfies ToWorker);
  receivers.delete(number);
}
