/**
 * What a loop in a goroutine's code is told when it has used up its count (`functions/preempt.ts` says which loops ask):
 * how many iterations to do before the next look at the clock, and after SLICE_MILLISECONDS on the thread, to pause. A
 * goroutine that pauses goes to the end of the ready queue as with `gosched`; then the machine's loop looks at the clock, so
 * unstarted goroutines and libuv have their turn as well.
 *
 * A goroutine's turn began when the machine's loop looked at the clock last, which it does every 20 µs or every turn. One
 * that has waited since counts from there too, so it may pause once too early, which costs a switch; none runs longer
 * than a slice and the time between two looks.
 *
 * A look costs 60 ns with all around it. (Its answer is a number; with a `yield*` of an object that mostly does nothing it was 150.)
 * The count follows how long the last one took, so that there are some looks a millisecond. Its bound is for loops whose
 * iterations become slower: see `functions/preempt.ts`.
 *
 * Whoever pauses has not come to a wait: what it has just started, it may be about to join. `whenNonePauses` is for that.
 */
import { performance } from 'node:perf_hooks';
import { preemptionHelpers, providePreemption } from '../functions/origin.ts';
import { COUNT_PREEMPTIONS, machine } from './machine.ts';
import { setImmediate } from './real-timers.ts';
import type { Task } from './task.ts';

const SLICE_MILLISECONDS = 10;
const LOOK_MILLISECONDS = 0.5;

/** The goroutine that looked at the clock last. */
let looker: Task | null = null;
/** When its turn began, and when it looked: as doubles in place, since a variable would hold an object for each. */
const times = new Float64Array(2);
const SINCE = 0;
const LOOKED_AT = 1;

/** Goroutines that have started others and have paused, and were not seen waiting or ended since. */
const pausing = new Set<Task>();
/** Of the arena that this thread is part of. */
let generation = 0;

/** A pause: made once in 10 ms. */
class Pause {
  /** Iterator result, as `value` is. */
  done = false;
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): this {
    const task = machine.current!;
    if (!task.yielded) {
      machine.count(COUNT_PREEMPTIONS);
      machine.preempted = true;
      if (task.hasStarted) pausing.add(task);
      task.pause();
      return this;
    }
    if (machine.inspecting !== null) {
      machine.inspecting();
      return this;
    }
    task.goOn();
    looker = null;
    if (task.interrupt !== null) throw task.takeInterrupt();
    this.done = true;
    return this;
  }

  throw(error: unknown): never {
    machine.current?.goOn();
    throw error;
  }

  return(value?: unknown): { done: true; value: unknown } {
    machine.current?.goOn();
    return { done: true, value };
  }
}

/** Of the loop that was answered with 0: how many iterations it is to do after its pause. */
let afterPause = 1;

/** `count` iterations were done since the loop asked last, or began; it shall do `most` at most before it asks again. */
function preemption(count: number, most: number): number {
  const now = performance.now();
  const task = machine.current;
  if (task !== looker) {
    looker = task;
    times[SINCE] = machine.lookedAt;
    times[LOOKED_AT] = machine.lookedAt;
  }
  const elapsed = now - times[LOOKED_AT]!;
  times[LOOKED_AT] = now;
  let next = count;
  if (elapsed > LOOK_MILLISECONDS) next = Math.max(1, Math.floor((count * LOOK_MILLISECONDS) / elapsed));
  else if (elapsed < LOOK_MILLISECONDS / 4) next = Math.min(4 * count, most);
  if (now - times[SINCE]! < SLICE_MILLISECONDS || task === null || task.parked) return next;
  afterPause = next;
  return 0;
}

function pause(): Iterable<unknown, number, unknown> {
  return new Pause(afterPause) as never;
}

function forgetWaiting(): void {
  for (const task of pausing) if (task.ended || task.parked) pausing.delete(task);
}

/** Calls back when no goroutine of this thread that may join what it has started stands in a pause; never after a stop. */
export function whenNonePauses(then: () => void): void {
  forgetWaiting();
  if (pausing.size === 0) {
    then();
    return;
  }
  const begun = generation;
  setImmediate(() => {
    if (begun === generation) whenNonePauses(then);
  });
}

/** Before this thread loads a goroutine's function. */
export function installPreemption(): void {
  looker = null;
  pausing.clear();
  generation++;
  providePreemption(Object.assign(preemption, preemptionHelpers, { pause }));
}
