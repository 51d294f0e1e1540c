/**
 * What the owner of a run queue does to it with every goroutine; `scheduler/run-queue.ts` has the protocol, and what is rare.
 * One call each: its atomic steps are single instructions here. A queue is named by its first word.
 */
import { RUN_OTHERS_IDLE, RUN_WAKES } from '../src/memory/blocks.ts';
import {
  IDLE_PROCESSORS,
  MOST_STOLEN,
  QUEUE_HEAD,
  QUEUE_NEXT,
  QUEUE_RING,
  QUEUE_TAIL,
  RUN_QUEUE_CAPACITY,
  SEARCHING,
} from '../src/memory/layout.ts';
import { atomicLoad, atomicStore, compareExchange, exchange, get, set } from './memory.ts';
import { needsWake } from './ready.ts';

const MASK = RUN_QUEUE_CAPACITY - 1;

/** Puts a goroutine into the next slot; the one that stood there goes to the end of the ring. Returns it if that is full, else 0. */
export function pushRunNext(queue: i32, record: i32): i32 {
  const replaced = exchange(queue + QUEUE_NEXT, record);
  return replaced === 0 ? 0 : pushRun(queue, replaced);
}

/** The same, for a new one: where that is all, RUN_WAKES if a machine is to be woken for it, else 0. */
export function submitRun(queue: i32, record: i32): i32 {
  const left = pushRunNext(queue, record);
  return left !== 0 ? left : needsWake() ? RUN_WAKES : 0;
}

/** Puts a goroutine at the end of the ring. Returns it if that is full, else 0. */
export function pushRun(queue: i32, record: i32): i32 {
  const tail = get(queue, QUEUE_TAIL); // Plain: only the owner writes it.
  if (tail - atomicLoad(queue, QUEUE_HEAD) >= RUN_QUEUE_CAPACITY) return record;
  set(queue + (tail & MASK), QUEUE_RING, record);
  atomicStore(queue, QUEUE_TAIL, tail + 1);
  return 0;
}

/** Takes what stands in the next slot, or 0. */
export function popRunNext(queue: i32): i32 {
  // Plain: only thieves change this word beside the owner, they only take away, and the exchange sees it.
  const next = get(queue, QUEUE_NEXT);
  return next !== 0 && compareExchange(queue + QUEUE_NEXT, next, 0) === next ? next : 0;
}

/**
 * Takes what is to run next: of the next slot, else of the ring, as `popRunNewest` does. 0 when there is none; RUN_OTHERS_IDLE where it
 * would be of the ring, but other machines may be idle. Whether they are is read plainly: either answer is right.
 */
export function takeRun(queue: i32): i32 {
  const next = popRunNext(queue);
  if (next !== 0) return next;
  return get(SEARCHING) !== 0 || get(IDLE_PROCESSORS) > 0 ? RUN_OTHERS_IDLE : popRunNewest(queue);
}

/** Takes the oldest of the ring, or 0. The plain reads are as in `popRunNext`. */
export function popRun(queue: i32): i32 {
  while (true) {
    const head = get(queue, QUEUE_HEAD);
    if (head === get(queue, QUEUE_TAIL)) return 0;
    const record = get(queue + (head & MASK), QUEUE_RING);
    if (compareExchange(queue + QUEUE_HEAD, head, head + 1) === head) return record;
  }
}

/** Takes the newest of a long ring, else the oldest; 0 when there is none. */
export function popRunNewest(queue: i32): i32 {
  const head = get(queue, QUEUE_HEAD); // Plain: an old one is seen to have moved.
  const last = get(queue, QUEUE_TAIL) - 1;
  if (last - head >= MOST_STOLEN) {
    const record = get(queue + (last & MASK), QUEUE_RING);
    atomicStore(queue, QUEUE_TAIL, last);
    if (atomicLoad(queue, QUEUE_HEAD) === head) return record;
    atomicStore(queue, QUEUE_TAIL, last + 1);
  }
  return popRun(queue);
}
