/**
 * The run queue of a machine: a ring of 256 unstarted goroutines and a slot for the one to run next.
 * Go's `runqput`, `runqget`, `runqgrab` are the model.
 *
 * It stays its machine's for good, whether that holds a processor or not: so a goroutine that runs on after its processor
 * was taken away can still call `go`, and there is one who pushes, always. Others steal from it at all times.
 *
 * Only the machine pushes: it writes the ring slot, then stores TAIL (pairs with the thief's load of TAIL).
 * Owner and thieves take the oldest by advancing HEAD with one compare-exchange: who wins owns the entries. A thief copies the
 * entries first; if the owner has meanwhile reused their slots, HEAD has moved and the thief's exchange fails. Slots
 * can not be reused before HEAD passes them, since a push needs TAIL - HEAD < 256. NEXT is taken by compare-exchange.
 *
 * A long ring is run from its newest end, as other work-stealing schedulers do. A tree of goroutines is run depth-first then,
 * and few of them stand about parked: for a million leaves (skynet) 0.75 of the time, and a heap of 20 MB instead of 200. The
 * oldest come to run by thieves, by overflow, and every so often (`find.ts`). The owner takes the newest, entry T - 1, thus:
 * (1) read HEAD, (2) only if at least MOST_STOLEN entries stand before it, store T - 1 into TAIL, (3) read HEAD again; if it
 * has moved, store T again and take the oldest. Nobody else gets entry T - 1: a thief reads HEAD, then TAIL, and its exchange
 * succeeds only while HEAD is as it read it. Had it read HEAD before (3), as the owner did, it takes at most MOST_STOLEN from
 * there, which end before T - 1. Had it read HEAD later, it reads TAIL after (2).
 * Between (1) and (2) the kernel may take the owner's core away for long, and thieves may take all of the ring: then TAIL
 * stands one before HEAD until (3), and a ring is empty for a thief when HEAD is not before TAIL.
 *
 * `LocalQueue` is the owner's end, whose usual steps are in `core/run-queue.ts`; what a thief does are its `stealFrom`, into the
 * thief's own queue, and `takeFrom`, for one.
 */
import { arena } from '../memory/arena.ts';
import { compareExchange, load, store } from '../memory/atomics.ts';
import { popRun, popRunNewest, popRunNext, pushRun, pushRunNext, submitRun, takeRun } from '../memory/core.ts';
import { MOST_STOLEN, QUEUE_HEAD, QUEUE_NEXT, QUEUE_RING, QUEUE_TAIL, queueBase, RUN_QUEUE_CAPACITY } from '../memory/layout.ts';
import { pushGlobalChain } from './global-queue.ts';
import { LINK } from './goroutine.ts';
import { COUNT_OVERFLOWS, machine } from './machine.ts';

const MASK = RUN_QUEUE_CAPACITY - 1;
/** So many in a ring may be left to their owner for a moment: see `grace.ts`. */
const LAST_FEW = 2;

/** The owner's end of a machine's run queue. */
export class LocalQueue {
  readonly machine: number;
  private readonly base: number;
  private readonly head: number;
  private readonly tail: number;
  private readonly nextSlot: number;
  private readonly ring: number;
  /** Not known to be empty. */
  private filled = true;

  constructor(machineNumber: number) {
    const base = queueBase(machineNumber);
    this.machine = machineNumber;
    this.base = base;
    this.head = base + QUEUE_HEAD;
    this.tail = base + QUEUE_TAIL;
    this.nextSlot = base + QUEUE_NEXT;
    this.ring = base + QUEUE_RING;
  }

  /** Puts a goroutine into the next slot; the one that stood there goes to the end of the ring. */
  pushNext(record: number): void {
    this.filled = true;
    const left = pushRunNext(this.base, record);
    if (left !== 0) this.pushWithRoom(left);
  }

  /** The same, for a new one. Returns whether a machine may have to be woken for it: see `wake.ts`. */
  submit(record: number): boolean {
    this.filled = true;
    const left = submitRun(this.base, record);
    if (left > 0) this.pushWithRoom(left);
    return left !== 0;
  }

  /** Puts a goroutine at the end of the ring; when that is full, half of the ring and the goroutine go to the global queue. */
  push(record: number): void {
    this.filled = true;
    if (pushRun(this.base, record) !== 0) this.pushWithRoom(record);
  }

  private pushWithRoom(record: number): void {
    do {
      const head = load(this.head);
      const full = ((arena.words[this.tail]! - head) | 0) >= RUN_QUEUE_CAPACITY; // Plain: only the owner writes the tail.
      if (full && this.overflow(record, head)) return;
    } while (pushRun(this.base, record) !== 0);
  }

  private overflow(record: number, head: number): boolean {
    const count = RUN_QUEUE_CAPACITY / 2;
    const first = arena.words[this.ring + (head & MASK)]!;
    // Thieves may take the same entries until the exchange, so nothing is written to records before it.
    if (compareExchange(this.head, head, (head + count) | 0) !== head) return false;
    let last = first;
    for (let index = 1; index < count; index++) {
      const entry = arena.words[this.ring + ((head + index) & MASK)]!;
      arena.words[last + LINK] = entry;
      last = entry;
    }
    arena.words[last + LINK] = record;
    pushGlobalChain(first, record, count + 1);
    machine.countMany(COUNT_OVERFLOWS, count + 1);
    return true;
  }

  /** Takes the goroutine to run next: of the next slot first, then of the ring. 0 when there is none. */
  pop(): number {
    return popRunNext(this.base) || popRun(this.base);
  }

  /** The same, but of a long ring the newest; RUN_OTHERS_IDLE where it would be of the ring, and other machines may be idle. */
  take(): number {
    return takeRun(this.base);
  }

  /** Takes the oldest of the ring, or 0. */
  popRing(): number {
    return popRun(this.base);
  }

  /** Takes the newest of a long ring, else the oldest; 0 when there is none. */
  popNewest(): number {
    return popRunNewest(this.base);
  }

  /** A hint for the owner: only it puts something in, so where it has not, nothing is read. The plain reads are as in `core/run-queue.ts`. */
  mayHaveMore(): boolean {
    if (this.filled === true) this.filled = arena.words[this.head] !== arena.words[this.tail] || arena.words[this.nextSlot] !== 0;
    return this.filled === true;
  }

  /** Entries in the ring that can still be pushed without overflow. */
  room(): number {
    return RUN_QUEUE_CAPACITY - ((arena.words[this.tail]! - load(this.head)) | 0);
  }

  /**
   * Takes half of another machine's ring, rounded up, into this one, which must be empty. Returns how many; they are
   * in this queue. What its owner is about to run itself is taken only with `withLast`: the last few of the ring, and, when that
   * is empty, what stands in the next slot.
   */
  stealFrom(machineNumber: number, withLast: boolean): number {
    const victim = queueBase(machineNumber);
    for (;;) {
      const head = load(victim + QUEUE_HEAD);
      const tail = load(victim + QUEUE_TAIL);
      const available = (tail - head) | 0;
      if (!withLast && available <= LAST_FEW) return 0;
      const count = available - (available >> 1);
      if (count <= 0) {
        const next = load(victim + QUEUE_NEXT);
        if (next === 0 || compareExchange(victim + QUEUE_NEXT, next, 0) !== next) return 0;
        this.push(next);
        return 1;
      }
      if (count > MOST_STOLEN) continue; // Head and tail were not of one moment.
      const myTail = arena.words[this.tail]!;
      for (let index = 0; index < count; index++) {
        arena.words[this.ring + ((myTail + index) & MASK)] = arena.words[victim + QUEUE_RING + ((head + index) & MASK)]!;
      }
      if (compareExchange(victim + QUEUE_HEAD, head, (head + count) | 0) === head) {
        store(this.tail, (myTail + count) | 0);
        this.filled = true;
        return count;
      }
    }
  }
}

/** True when a machine has an unstarted goroutine queued, as far as can be seen from outside. */
export function hasQueued(machineNumber: number): boolean {
  const base = queueBase(machineNumber);
  const head = load(base + QUEUE_HEAD);
  return ((load(base + QUEUE_TAIL) - head) | 0) > 0 || load(base + QUEUE_NEXT) !== 0;
}

/** Takes the oldest of another machine's queue, or what stands in its next slot; 0 when it has none. */
export function takeFrom(machineNumber: number): number {
  const victim = queueBase(machineNumber);
  for (;;) {
    const head = load(victim + QUEUE_HEAD);
    if (((load(victim + QUEUE_TAIL) - head) | 0) <= 0) {
      const next = load(victim + QUEUE_NEXT);
      return next !== 0 && compareExchange(victim + QUEUE_NEXT, next, 0) === next ? next : 0;
    }
    const record = arena.words[victim + QUEUE_RING + (head & MASK)]!;
    if (compareExchange(victim + QUEUE_HEAD, head, (head + 1) | 0) === head) return record;
  }
}
