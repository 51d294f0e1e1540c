/**
 * SharedArrayBuffers cross by reference: a number in the arena, and on each thread a table from number to buffer.
 *
 * The memory of a SharedArrayBuffer can reach another thread only in a message. So the first encode of a buffer makes
 * a KIND_SHARED_BUFFER block with a new number and posts {number, buffer} on the runtime's BroadcastChannel. Posting
 * puts the message into every thread's queue before it returns, so whoever decodes the number later finds it there,
 * taking it out with `receiveMessageOnPort` without having to return to its event loop.
 *
 * A thread that starts later takes part in three steps, each before the next:
 *   1. it opens the channel, so that it misses nothing from here on;
 *   2. the main thread takes out what is in its own queue and lists what it knows: `sharedBufferSnapshot`;
 *   3. the new thread adopts the list, leaving out what was dropped since step 1.
 *
 * References. The block has one reference for every object of a thread's user and one for every value in flight. To
 * see when the user lets go, the table does not keep the user's own object but a second one on the same memory (the
 * keeper), and knows the user's weakly. When the count is zero, whoever took it there posts {dropped} and every thread
 * forgets its keeper.
 */
import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads';
import { DataCloneError } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { add, load, waitWhile } from '../memory/atomics.ts';
import { allocate, release, retain, setDestroyer } from '../memory/heap.ts';
import { KIND_SHARED_BUFFER, SHARED_BUFFER_COUNT } from '../memory/layout.ts';

/** How long a decode waits for a buffer that it should have found at once. */
const PATIENCE_MILLISECONDS = 100;

export interface SharedBufferRecord {
  readonly number: number;
  readonly buffer: SharedArrayBuffer;
}

type Notice = SharedBufferRecord | { readonly dropped: number };

interface Entry {
  readonly keeper: SharedArrayBuffer;
  /** The object that this thread's user has, if he has one. */
  visible: WeakRef<SharedArrayBuffer> | undefined;
}

let channel: BroadcastChannel | undefined;
let entries = new Map<number, Entry>();
/** Blocks by the user's object. */
let addresses = new WeakMap<SharedArrayBuffer, number>();
/** Numbers dropped between opening and adopting; undefined once adopted. */
let droppedEarly: Set<number> | undefined;
let mapped: SharedArrayBuffer | undefined;
/** The references that this thread's users' objects own. */
const owned = new Set<Remains>();

/** Whether this thread's user has, or had when it was last collected, a buffer that was sent. */
export function hasSharedBuffers(): boolean {
  return owned.size > 0;
}

/** Takes part in the runtime of that name; after the arena was attached. Does not keep the process alive. */
export function openSharedBuffers(runtimeId: string): void {
  closeSharedBuffers();
  useArena();
  channel = new BroadcastChannel(`goroutines:${runtimeId}`);
  channel.onmessage = (event: unknown) => receive((event as { data: Notice }).data);
  channel.unref();
  droppedEarly = new Set();
}

/** Also gives back what this thread owns. Buffers that the user has stay what they are. */
export function closeSharedBuffers(): void {
  for (const remains of owned) if (remains.arena === arena.buffer) release(remains.address);
  channel?.close();
  channel = undefined;
  forgetAll();
}

/** What a new thread has to adopt; on the main thread, after the new thread has opened its channel. */
export function sharedBufferSnapshot(): SharedBufferRecord[] {
  useArena();
  drain();
  return Array.from(entries, ([number, { keeper }]) => ({ number, buffer: keeper }));
}

export function adoptSharedBuffers(list: readonly SharedBufferRecord[]): void {
  useArena();
  drain();
  for (const record of list) if (droppedEarly?.has(record.number) !== true) receive(record);
  droppedEarly = undefined;
  owned.clear();
}

/** The block that stands for a buffer, on which the caller takes a reference of its own; 0 for the arena itself. */
export function publishSharedBuffer(shared: SharedArrayBuffer): number {
  if (shared === arena.buffer) return 0;
  useArena();
  const known = addresses.get(shared);
  if (known !== undefined) return known;
  const keeper = structuredClone(shared);
  const address = allocate(KIND_SHARED_BUFFER, 4);
  const number = add(SHARED_BUFFER_COUNT, 1) + 1;
  arena.words[address] = number;
  show(number, { keeper, visible: undefined }, shared, address);
  channel?.postMessage({ number, buffer: keeper } satisfies Notice);
  return address;
}

/** This thread's object for a block that the caller holds a reference of. */
export function sharedBufferOf(address: number): SharedArrayBuffer {
  useArena();
  const number = arena.words[address]!;
  const entry = find(number);
  const visible = entry.visible?.deref();
  if (visible !== undefined) return visible;
  const made = structuredClone(entry.keeper);
  retain(address);
  show(number, entry, made, address);
  return made;
}

function find(number: number): Entry {
  for (let waited = 0; ; waited++) {
    const entry = entries.get(number);
    if (entry !== undefined) return entry;
    if (!drain() && waited >= PATIENCE_MILLISECONDS) {
      throw new DataCloneError(`SharedArrayBuffer ${number} is not known on this thread: its announcement did not arrive`);
    }
    // Nobody notifies: this is a pause of a millisecond.
    if (!entries.has(number)) waitWhile(SHARED_BUFFER_COUNT, load(SHARED_BUFFER_COUNT), 1);
  }
}

/** Makes an object the user's; it takes over one reference of the block. */
function show(number: number, entry: Entry, shared: SharedArrayBuffer, address: number): void {
  entries.set(number, entry);
  entry.visible = new WeakRef(shared);
  addresses.set(shared, address);
  const remains = { address, arena: arena.buffer };
  owned.add(remains);
  finalizers.register(shared, remains);
}

interface Remains {
  readonly address: number;
  readonly arena: SharedArrayBuffer;
}

const finalizers = new FinalizationRegistry<Remains>((remains) => {
  if (owned.delete(remains) && remains.arena === arena.buffer) release(remains.address);
});

setDestroyer(KIND_SHARED_BUFFER, (address) => {
  const number = arena.words[address]!;
  entries.delete(number);
  channel?.postMessage({ dropped: number } satisfies Notice);
});

/** Takes in what others have posted; whether there was anything. */
function drain(): boolean {
  if (channel === undefined) return false;
  let any = false;
  for (;;) {
    // Node's types do not say that a BroadcastChannel will do.
    const message = receiveMessageOnPort(channel as unknown as Parameters<typeof receiveMessageOnPort>[0]);
    if (message === undefined) return any;
    receive(message.message as Notice);
    any = true;
  }
}

function receive(notice: Notice): void {
  if ('dropped' in notice) {
    entries.delete(notice.dropped);
    droppedEarly?.add(notice.dropped);
  } else if (!entries.has(notice.number)) {
    entries.set(notice.number, { keeper: notice.buffer, visible: undefined });
  }
}

/** Numbers start again with each arena. */
function useArena(): void {
  if (mapped === arena.buffer) return;
  if (mapped !== undefined) forgetAll();
  mapped = arena.buffer;
}

function forgetAll(): void {
  entries = new Map();
  addresses = new WeakMap();
  droppedEarly = undefined;
  owned.clear();
}
