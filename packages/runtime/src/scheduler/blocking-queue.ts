/**
 * The queue of blocking calls: records of goroutines that run on a machine without a processor, and may hold up its thread.
 *
 * As many run at one time as there are threads beyond the processors, so that each processor finds a thread; who wants to
 * run one reserves the right in BLOCKING_RUNNING before it takes the record. A machine with goroutines of its own
 * (pinned ones) runs none: they would be held up.
 *
 * No call is left queued while a machine could run it: the submitter (1) queues the record, (2) looks for an idle machine
 * and wakes it; who falls asleep (1) announces itself idle, (2) looks at this queue. Who is done with one looks again, and
 * when a thread is added it looks as it begins. If there is no thread for it, the main thread is asked for one (`spare.ts`).
 */
import { arena } from '../memory/arena.ts';
import { add, compareExchange, load, store } from '../memory/atomics.ts';
import {
  BLOCKING_HEAD,
  BLOCKING_LOCK,
  BLOCKING_RUNNING,
  BLOCKING_SIZE,
  BLOCKING_TAIL,
  PROCESSOR_COUNT,
  THREAD_COUNT,
} from '../memory/layout.ts';
import { lock, unlock } from '../memory/lock.ts';
import { LINK } from './goroutine.ts';

export function pushBlocking(record: number): void {
  arena.words[record + LINK] = 0;
  lock(BLOCKING_LOCK);
  if (arena.words[BLOCKING_HEAD] === 0) arena.words[BLOCKING_HEAD] = record;
  else arena.words[arena.words[BLOCKING_TAIL]! + LINK] = record;
  arena.words[BLOCKING_TAIL] = record;
  store(BLOCKING_SIZE, arena.words[BLOCKING_SIZE]! + 1);
  unlock(BLOCKING_LOCK);
}

/** Takes the oldest, or 0. */
export function takeBlocking(): number {
  if (load(BLOCKING_SIZE) === 0) return 0;
  lock(BLOCKING_LOCK);
  const record = arena.words[BLOCKING_HEAD]!;
  if (record !== 0) {
    arena.words[BLOCKING_HEAD] = arena.words[record + LINK]!;
    arena.words[record + LINK] = 0;
    store(BLOCKING_SIZE, arena.words[BLOCKING_SIZE]! - 1);
  }
  unlock(BLOCKING_LOCK);
  return record;
}

export function blockingSize(): number {
  return load(BLOCKING_SIZE);
}

/** Whether one is queued, and one more may run. */
export function mayRunBlocking(): boolean {
  return load(BLOCKING_SIZE) !== 0 && load(BLOCKING_RUNNING) < mostRunning();
}

/** Reserves the right to run one; false when as many run as may. Who gives back a right looks at the queue after that. */
export function reserveBlocking(): boolean {
  for (let running = load(BLOCKING_RUNNING); running < mostRunning(); running = load(BLOCKING_RUNNING)) {
    if (compareExchange(BLOCKING_RUNNING, running, running + 1) === running) return true;
  }
  return false;
}

export function unreserveBlocking(): void {
  add(BLOCKING_RUNNING, -1);
}

function mostRunning(): number {
  return load(THREAD_COUNT) - load(PROCESSOR_COUNT);
}
