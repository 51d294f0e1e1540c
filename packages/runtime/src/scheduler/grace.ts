/**
 * Grace: a thief leaves the last unstarted goroutines of a queue to their owner for a few microseconds.
 *
 * What is started stays, so two goroutines that only talk to each other are far better off on one thread. Their starter mostly
 * starts them and waits; then its machine comes to them at once, and each to the other at its first wait. A thief that looks at
 * all times would take one of them before that. One that computes for longer than the grace keeps the others waiting, and they
 * are taken. (Go's `runqgrab` waits 3 µs before it takes what stands in the next slot, for the same reason.)
 *
 * Nothing is left to the main thread, which runs none of what it queues (`find.ts`); and one that has lost its processor has no more
 * time than others.
 */
import { performance } from 'node:perf_hooks';
import { load } from '../memory/atomics.ts';
import { MAXIMUM_MACHINES, QUEUE_HEAD, QUEUE_NEXT, QUEUE_TAIL, queueBase } from '../memory/layout.ts';
import { numberOfRecord } from './goroutine.ts';

const GRACE_MILLISECONDS = 0.02;

/** By machine: what stood in its queue when this thread looked, and since when it has. */
const heads = new Int32Array(MAXIMUM_MACHINES);
const tails = new Int32Array(MAXIMUM_MACHINES);
const nextNumbers = new Float64Array(MAXIMUM_MACHINES);
const since = new Float64Array(MAXIMUM_MACHINES);

/** Whether the last few of a machine's queue have stood there for long enough, as far as this thread has seen. */
export function graceIsOver(machineNumber: number): boolean {
  const queue = queueBase(machineNumber);
  const head = load(queue + QUEUE_HEAD);
  const tail = load(queue + QUEUE_TAIL);
  const next = load(queue + QUEUE_NEXT);
  if (head === tail && next === 0) return false; // Nothing to take.
  // By its number, since a record is used again. It may be so in this moment: then any number will do.
  const nextNumber = next === 0 ? 0 : numberOfRecord(next);
  const now = performance.now();
  if (heads[machineNumber] === head && tails[machineNumber] === tail && nextNumbers[machineNumber] === nextNumber) {
    return now - since[machineNumber]! > GRACE_MILLISECONDS;
  }
  heads[machineNumber] = head;
  tails[machineNumber] = tail;
  nextNumbers[machineNumber] = nextNumber;
  since[machineNumber] = now;
  return false;
}
