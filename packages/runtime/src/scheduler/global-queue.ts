/**
 * The global run queue: a list of unstarted goroutines without bound, linked through their records, under one lock.
 * It takes what overflows from run queues, and what blocking calls start while all goroutines run on the main thread.
 */
import { arena } from '../memory/arena.ts';
import { load, store } from '../memory/atomics.ts';
import { GLOBAL_QUEUE_HEAD, GLOBAL_QUEUE_LOCK, GLOBAL_QUEUE_SIZE, GLOBAL_QUEUE_TAIL } from '../memory/layout.ts';
import { lock, unlock } from '../memory/lock.ts';
import { LINK } from './goroutine.ts';

export function pushGlobal(record: number): void {
  pushGlobalChain(record, record, 1);
}

/** Appends `count` records, linked from first to last. */
export function pushGlobalChain(first: number, last: number, count: number): void {
  arena.words[last + LINK] = 0;
  lock(GLOBAL_QUEUE_LOCK);
  if (arena.words[GLOBAL_QUEUE_HEAD] === 0) arena.words[GLOBAL_QUEUE_HEAD] = first;
  else arena.words[arena.words[GLOBAL_QUEUE_TAIL]! + LINK] = first;
  arena.words[GLOBAL_QUEUE_TAIL] = last;
  // Atomic, since it is read without the lock: pairs with the load in `globalSize`.
  store(GLOBAL_QUEUE_SIZE, arena.words[GLOBAL_QUEUE_SIZE]! + count);
  unlock(GLOBAL_QUEUE_LOCK);
}

/** How many are queued. A searcher that reads 0 after it has announced itself asleep has missed none: see `wake.ts`. */
export function globalSize(): number {
  return load(GLOBAL_QUEUE_SIZE);
}

/** Takes up to `limit` records off the front as a chain; returns its first record (0 when empty). The last one's LINK is 0. */
export function takeGlobal(limit: number): number {
  if (globalSize() === 0) return 0;
  lock(GLOBAL_QUEUE_LOCK);
  const first = arena.words[GLOBAL_QUEUE_HEAD]!;
  if (first === 0) {
    unlock(GLOBAL_QUEUE_LOCK);
    return 0;
  }
  let last = first;
  let count = 1;
  while (count < limit && arena.words[last + LINK] !== 0) {
    last = arena.words[last + LINK]!;
    count++;
  }
  arena.words[GLOBAL_QUEUE_HEAD] = arena.words[last + LINK]!;
  arena.words[last + LINK] = 0;
  store(GLOBAL_QUEUE_SIZE, arena.words[GLOBAL_QUEUE_SIZE]! - count);
  unlock(GLOBAL_QUEUE_LOCK);
  return first;
}
