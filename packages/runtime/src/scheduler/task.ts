/** A started goroutine, as its own thread knows it. The generator never leaves this thread. */
import { words } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { completeWithError, type LocalOutcome } from './complete.ts';
import { JOINED, RUNNABLE, STATUS, WAITING } from './goroutine.ts';
import { COUNT_PARKS, machine, type Waiting } from './machine.ts';
import type { Operation } from './operation.ts';
import { schedule } from './schedule.ts';

export class Task implements Waiting {
  slot = -1;
  /** Set by `park`; the loop looks at it when the generator has given control back. */
  parked = false;
  /** What it waits in while it is parked. */
  operation: Operation<unknown> | null = null;
  readonly record: number;
  readonly generator: Iterator<unknown, unknown, unknown>;
  readonly local: LocalOutcome | null;

  constructor(record: number, generator: Iterator<unknown, unknown, unknown>, local: LocalOutcome | null) {
    this.record = record;
    this.generator = generator;
    this.local = local;
  }

  /** The only way to stop a goroutine: the operation will call `wake` once, and the generator yields right after this. */
  park(operation: Operation<unknown>): void {
    this.parked = true;
    this.operation = operation;
    words[this.record + STATUS] = WAITING;
    machine.count(COUNT_PARKS);
  }

  wake(): void {
    words[this.record + STATUS] = RUNNABLE;
    machine.ready.push(this);
    if (!machine.running) schedule();
  }

  abandon(error: Error): void {
    this.operation?.withdraw();
    this.operation = null;
    machine.freeSlot(this);
    store(this.record + JOINED, 1);
    completeWithError(this.record, error, this.local);
  }
}
