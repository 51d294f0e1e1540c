/**
 * What a thread does of its own when a context is cancelled: it aborts the AbortSignal that it has made of it, and takes the
 * timer of its deadline out of its heap. A thread that has such a thing is told by a notice, wherever the context is
 * cancelled; so these never outlive it.
 *
 * What is kept here holds the node until it is cancelled: a timer must fire, and an AbortSignal abort, also when
 * nobody holds the context any more.
 */
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { MACHINE_STATE, MACHINE_STATE_LOST, MACHINE_STATE_NONE, machineBase, STOPPING } from '../memory/layout.ts';
import { machine } from '../scheduler/machine.ts';
import { NOTICE_CONTEXT, notice, whenNoticed } from '../scheduler/notice.ts';
import { removeTimer, type Timer } from '../scheduler/timers.ts';
import { type Done, errorOf, isCanceled, reasonOf, watch, whenWatchedIsCanceled } from './node.ts';

interface Watch {
  readonly done: Done;
  timer: Timer | null;
  controller: AbortController | null;
}

const watches = new Map<number, Watch>();
/** The arena that they are of. */
let mapped: SharedArrayBuffer | undefined;

/** This thread's watch of a node, or null when that is cancelled. */
function watchOf(done: Done): Watch | null {
  if (mapped !== arena.buffer) {
    mapped = arena.buffer;
    watches.clear();
  }
  const node = done.address;
  let known = watches.get(node);
  if (known === undefined) {
    if (!watch(node)) return null;
    known = { done, timer: null, controller: null };
    watches.set(node, known);
  }
  // It may have been cancelled, and the notice be on its way.
  return isCanceled(node) ? null : known;
}

/** The timer is in this thread's heap: it is taken out when the node is cancelled. False when that has happened. */
export function keepTimer(done: Done, timer: Timer): boolean {
  const known = watchOf(done);
  if (known === null) return false;
  known.timer = timer;
  return true;
}

/** This thread's signal of a node: aborted when that is cancelled. */
export function signalOf(done: Done): AbortSignal {
  const known = watchOf(done);
  if (known === null) return AbortSignal.abort(causeOf(done.address));
  known.controller ??= new AbortController();
  return known.controller.signal;
}

/** What was given to `cancel`, or else the error. */
export function causeOf(node: number): unknown {
  const reason = reasonOf(node);
  return reason === undefined ? errorOf(node) : reason;
}

function canceled(node: number): void {
  const known = watches.get(node);
  if (known === undefined || mapped !== arena.buffer || !isCanceled(node)) return;
  watches.delete(node);
  if (known.timer !== null) removeTimer(known.timer);
  const { controller } = known;
  if (controller === null) return;
  const cause = causeOf(node);
  // While everything is being ended, nobody's code runs in between; and on a worker none will any more.
  if (load(STOPPING) === 0) controller.abort(cause);
  else if (machine.number === 0) setImmediate(() => controller.abort(cause));
}

whenNoticed(NOTICE_CONTEXT, canceled);

whenWatchedIsCanceled((number, node) => {
  if (number === machine.number) {
    canceled(node);
    return;
  }
  const state = load(machineBase(number) + MACHINE_STATE);
  if (state !== MACHINE_STATE_LOST && state !== MACHINE_STATE_NONE) notice(number, NOTICE_CONTEXT, node);
});
