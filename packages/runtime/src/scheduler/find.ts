/**
 * The next goroutine to run on this thread.
 *
 * Order of looking: every 61st time the global queue, so that local work cannot keep it out; then, in fair turn, the
 * started goroutines of this thread and its queue of unstarted ones; then a batch of the global queue; then half of another
 * machine's queue. Of the first looks that find the global queue empty, every 16th takes one of another machine's queue, or else
 * the oldest of its own: a machine that has no processor (the main thread is one) queues what its goroutines start, and nobody
 * but the others runs it. When a slice was used up, the global queue and then another machine's come first as well, since 61
 * turns take seconds where each is as long as a slice.
 */
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { RUN_OTHERS_IDLE } from '../memory/blocks.ts';
import { EVENT_GLOBAL, EVENT_STEAL } from '../memory/event-records.ts';
import { MACHINE_COUNT, PROCESSOR_COUNT } from '../memory/layout.ts';
import { shouldLeaveToOthers } from './balance.ts';
import { globalSize, takeGlobal } from './global-queue.ts';
import { LINK } from './goroutine.ts';
import { graceIsOver } from './grace.ts';
import { drainInbox, inboxLooksEmpty } from './inbox.ts';
import { COUNT_GLOBAL_TAKES, COUNT_STEALS, COUNT_STOLEN, machine } from './machine.ts';
import { type LocalQueue, takeFrom } from './run-queue.ts';
import { acceptsMore, start, takeStartable } from './start.ts';
import type { Task } from './task.ts';
import { startSearching, stopSearchingWithWork } from './wake.ts';

/**
 * Every so often the global queue is looked at first, and the ring before the next slot: else a goroutine that keeps
 * starting one would keep all others out. Go's figure: prime, so that it does not beat with the program's own patterns.
 */
const GLOBAL_QUEUE_INTERVAL = 61;
/**
 * Of those looks that found the global queue empty, so many to one for the oldest of all other queues. Not oftener: in a
 * tree of goroutines the oldest are the largest branches, and each that is begun before the others have ended adds to
 * what stands about parked.
 */
const OLDEST_INTERVAL = 16;
/** Most goroutines that one look into the global queue brings. */
const GLOBAL_BATCH = 128;
const STEAL_ROUNDS = 4;

let turnsToGlobal = GLOBAL_QUEUE_INTERVAL;
let looksToOldest = OLDEST_INTERVAL;
let elsewhereFirst = false;
/** 1: the started ones. */
let readyFirst = 0;
/** Whose queue is looked at next. */
let nextVictim = 0;

/** At the end of a slice that was used up. */
export function lookElsewhereFirst(): void {
  elsewhereFirst = true;
}

/** So many turns were taken without a look by `findRunnable`. */
export function countTurns(turns: number): void {
  turnsToGlobal -= turns;
}

/** A started goroutine of this thread, for a machine that has just found nothing else; null when there is none. */
export function takeReady(): Task | null {
  turnsToGlobal--;
  return machine.ready.shift() ?? null;
}

/** A goroutine to run, or null when nothing is ready here and nothing queued: here, and with `anywhere` on other machines. */
export function findRunnable(anywhere: boolean): Task | null {
  for (;;) {
    if (!inboxLooksEmpty()) drainInbox();
    const queue = machine.queue;
    if (queue === null || machine.takesWork === false) return machine.ready.shift() ?? null;
    let record = 0;
    if (--turnsToGlobal <= 0 || elsewhereFirst) record = takeElsewhere(queue);
    if (record === 0) {
      readyFirst ^= 1;
      if (readyFirst !== 0) {
        const task = machine.ready.shift();
        if (task !== undefined) return found(task);
      }
      // First: what waited for its arguments is older than what is queued, and a goroutine that yields must not keep it out.
      record = takeStartable();
      let takes = startsMore();
      if (record === 0 && takes) {
        record = queue.take();
        if (record === RUN_OTHERS_IDLE) {
          takes = !shouldLeaveToOthers();
          record = takes ? queue.popNewest() : 0;
        }
      }
      if (record === 0) {
        const task = machine.ready.shift();
        if (task !== undefined) return found(task);
        if (takes) {
          record = takeGlobalBatch(queue);
          if (record === 0 && anywhere && startSearching()) record = steal(queue);
        }
        if (record === 0) return null;
      }
    }
    stopSearchingWithWork();
    const task = start(record);
    if (task !== null) return task;
  }
}

/** Of the global queue, or an old one, in its turn; or 0. */
function takeElsewhere(queue: LocalQueue): number {
  elsewhereFirst = false;
  if (!startsMore()) return 0;
  if (turnsToGlobal > 0) return takeOneGlobal() || takeFromNext();
  turnsToGlobal = GLOBAL_QUEUE_INTERVAL;
  const record = takeOneGlobal();
  if (record !== 0 || --looksToOldest > 0) return record;
  looksToOldest = OLDEST_INTERVAL;
  return takeFromNext() || queue.popRing();
}

/** Whether this machine may start others than those it has taken on already. */
function startsMore(): boolean {
  return acceptsMore() && !machine.leavesWork;
}

function found(task: Task): Task {
  stopSearchingWithWork();
  return task;
}

/** This processor's share of the global queue: one to run, the others into the local queue. */
function takeGlobalBatch(queue: LocalQueue): number {
  const size = globalSize();
  if (size === 0) return 0;
  const share = Math.min(GLOBAL_BATCH, Math.floor(size / Math.max(1, load(PROCESSOR_COUNT))) + 1, queue.room());
  const first = takeGlobal(share);
  if (first === 0) return 0;
  machine.count(COUNT_GLOBAL_TAKES);
  let count = 1;
  let next = arena.words[first + LINK]!;
  while (next !== 0) {
    const after = arena.words[next + LINK]!;
    queue.push(next);
    next = after;
    count++;
  }
  machine.events?.write(EVENT_GLOBAL, 0, count, 0);
  return first;
}

/** One goroutine of the global queue, or 0. */
function takeOneGlobal(): number {
  const record = takeGlobal(1);
  if (record !== 0) machine.events?.write(EVENT_GLOBAL, 0, 1, 0);
  return record;
}

/** One goroutine of another machine's queue, or 0. */
function takeFromNext(): number {
  const count = load(MACHINE_COUNT);
  for (let looked = 0; looked < count; looked++) {
    if (++nextVictim >= count) nextVictim = 0;
    const record = nextVictim === machine.number ? 0 : takeFrom(nextVictim);
    if (record === 0) continue;
    machine.events?.write(EVENT_STEAL, nextVictim, 1, 0);
    return record;
  }
  return 0;
}

function steal(queue: LocalQueue): number {
  const count = load(MACHINE_COUNT);
  for (let round = 0; round < STEAL_ROUNDS; round++) {
    const from = Math.floor(Math.random() * count);
    for (let index = 0; index < count; index++) {
      const victim = (from + index) % count;
      if (victim === queue.machine) continue;
      // What the main thread queues is for others.
      const stolen = queue.stealFrom(victim, victim === 0 || (round === STEAL_ROUNDS - 1 && graceIsOver(victim)));
      if (stolen > 0) {
        machine.count(COUNT_STEALS);
        machine.countMany(COUNT_STOLEN, stolen);
        machine.events?.write(EVENT_STEAL, victim, stolen, 0);
        return queue.pop();
      }
    }
  }
  return 0;
}
