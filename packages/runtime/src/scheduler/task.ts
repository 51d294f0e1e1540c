/** A started goroutine, as its own thread knows it. The generator never leaves this thread. */
import { words } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { completeWithError, type LocalOutcome } from './complete.ts';
import { JOINED, RUNNABLE, STATUS, TASK_SLOT, WAITING } from './goroutine.ts';
import { machine, type Waiting } from './machine.ts';
import type { Operation } from './operation.ts';
import { schedule } from './schedule.ts';

export class Task implements Waiting {
  slot = -1;
  /** Set by `park`; the loop looks at it when the generator has given control back. */
  parked = false;
  /** What it waits in, or waited in last, while it is not running. */
  operation: Operation<unknown> | null = null;
  /** An error that it finds thrown at the wait it is in, or at its next one. */
  interrupt: Error | null = null;
  /** The interrupt has ended its wait: the next resumption throws it. */
  interrupted = false;
  readonly record: number;
  readonly generator: Iterator<unknown, unknown, unknown>;
  readonly local: LocalOutcome | null;

  constructor(record: number, generator: Iterator<unknown, unknown, unknown>, local: LocalOutcome | null) {
    this.record = record;
    this.generator = generator;
    this.local = local;
    machine.pin(1);
  }

  /** It has ended. */
  leave(): void {
    machine.freeSlot(this);
    machine.pin(-1);
  }

  /** The only way to stop a goroutine: the operation will call `wake` once, and the generator yields right after this. */
  park(operation: Operation<unknown>): void {
    this.parked = true;
    this.operation = operation;
    words[this.record + STATUS] = WAITING;
    machine.parks++;
  }

  wake(): void {
    words[this.record + STATUS] = RUNNABLE;
    machine.ready.push(this);
    if (!machine.running) schedule();
  }

  /** So that a cancellation, which comes with the record's address, finds it. */
  entered(slot: number): void {
    words[this.record + TASK_SLOT] = slot;
  }

  /**
   * Cancels it at its wait. If that was carried out in the same moment, what it brought is not lost: the goroutine goes
   * on, and finds the error at its next wait. While it runs, likewise.
   */
  cancel(error: Error): void {
    this.interrupt = error;
    if (!this.parked || this.operation === null || !this.operation.behaviour.withdraw(this.operation)) return;
    this.interrupted = true;
    this.wake();
  }

  takeInterrupt(): Error {
    const error = this.interrupt!;
    this.interrupt = null;
    this.interrupted = false;
    return error;
  }

  abandon(error: Error): void {
    if (this.operation !== null && !this.operation.behaviour.withdraw(this.operation)) discardOutcome(this.operation);
    this.operation = null;
    this.leave();
    store(this.record + JOINED, 1);
    completeWithError(this.record, error, this.local);
  }
}

/** It was carried out, but nobody will look: what it brought is taken out of shared memory. */
function discardOutcome(operation: Operation<unknown>): void {
  try {
    operation.behaviour.end(operation);
  } catch {
    // An error was what it brought.
  }
}
