/**
 * A waiter: the block that stands for a parked goroutine (or for async code) in one object's waiting queue. Its words are
 * in `memory/blocks.ts`, what happens to it in a queue is `core/wait-queue.ts`.
 *
 * It is made and given back by the machine of the one who waits. Between the moment it is put into a queue and the
 * moment its machine sees it woken, it belongs to the lock of that object: who takes it out under that lock, and wins
 * its claim if it has one, fills in its cell and outcome and lets its owner go on, exactly once. The owner reads them
 * after that.
 *
 * Each thread keeps one spare, and a carrier, which is in no queue ever and stays where it is: it takes the value of a send in, and
 * that of a receive out. Where a send or a receive has to wait, the core puts the carrier's spare into the queue, with the value; if
 * there is none it says so, and is called again. So nothing is allocated, and nothing can fail, while an object is locked. Other
 * operations hand in the spare itself.
 */
import { arena } from '../memory/arena.ts';
import { CARRIER_SPARE, WAITER_CELL, WAITER_MACHINE, WAITER_QUEUE, WAITER_SLOT, WAITER_WORDS } from '../memory/blocks.ts';
import { allocate, free } from '../memory/heap.ts';
import { KIND_WAITER } from '../memory/layout.ts';

interface Carrier {
  address: number;
  /** Its CELL: what is to be sent, until the core is called; what was received, until something else runs. */
  cell: number;
  /** The upper word of the cell. */
  high: number;
  /** The word that names the spare. */
  spare: number;
}
/** As `arena`: to V8 its properties are constants, as they are set only once. */
export const carrier = {} as Carrier;

/** The one that was put into a queue last, while it is in use; 0: none, or not known. */
let parked = 0;

/**
 * This thread's spare waiter. It is there until the next call of `takeSpare` on this thread, so user code (a getter of a
 * value to be sent) must not run in between. Throws ArenaExhaustedError.
 */
export function spareWaiter(): number {
  const spare = arena.words[carrier.spare]!;
  return spare === 0 ? makeSpare() : spare;
}

function makeSpare(): number {
  const spare = allocate(KIND_WAITER, WAITER_WORDS * 4);
  arena.words[carrier.spare] = spare;
  return spare;
}

/** The spare is the caller's from now on; `spareWaiter` was called before, or the core has just used it. */
export function takeSpare(): number {
  const waiter = arena.words[carrier.spare]!;
  arena.words[carrier.spare] = 0;
  return waiter;
}

/** The same, for an operation that has just been left waiting. */
export function parkSpare(): number {
  parked = takeSpare();
  return parked;
}

/** The waiter that is worth watching while this thread has nothing to do, or 0. */
export function lastParked(): number {
  return parked;
}

/** Makes sure that the next `takeWaiter` cannot fail. */
export function reserveWaiter(): void {
  spareWaiter();
}

/** A waiter that stands in no queue: a message, or what keeps a value. */
export function takeWaiter(machine: number, slot: number): number {
  const waiter = takeSpare();
  arena.words[waiter + WAITER_QUEUE] = 0;
  arena.words[waiter + WAITER_MACHINE] = machine;
  arena.words[waiter + WAITER_SLOT] = slot;
  return waiter;
}

/** Gives a waiter back. Its cell must be empty or moved away. */
export function freeWaiter(waiter: number): void {
  if (waiter === parked) parked = 0;
  if (arena.words[carrier.spare] === 0) arena.words[carrier.spare] = waiter;
  else free(waiter);
}

/** Called when this thread leaves the arena. */
export function giveBackWaiters(): void {
  const spare = takeSpare();
  if (spare !== 0) free(spare);
  free(carrier.address);
}

/** Called once for each arena that this thread maps. */
export function initializeWaiters(): void {
  parked = 0;
  const address = allocate(KIND_WAITER, WAITER_WORDS * 4);
  carrier.address = address;
  carrier.cell = (address + WAITER_CELL) >> 1;
  carrier.high = address + WAITER_CELL + 1;
  carrier.spare = address + CARRIER_SPARE;
  makeSpare();
}
