/** A started goroutine, as its own thread knows it. The generator never leaves this thread. */
import type { AsyncResource } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { PendingValue } from '../codec/pending.ts';
import { arena } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { completeWithError, type LocalOutcome } from './complete.ts';
import { JOINED, RUNNABLE, STATUS, TASK_SLOT, WAITING } from './goroutine.ts';
import { drainInbox } from './inbox.ts';
import { machine, type Waiting } from './machine.ts';
import type { Operation } from './operation.ts';
import { schedule } from './schedule.ts';

/** Bits of a task's state. A field each would make 48 bytes more of the 1,070 of a parked goroutine. */
const ENDED = 1;
const PARKED = 2;
const YIELDED = 4;
const PAUSED = 8;
const HAS_STARTED = 16;
const WOKEN = 32;
const INTERRUPTED = 64;

export class Task implements Waiting {
  slot = -1;
  private state = WOKEN;
  /** What it waits in, or waited in last, while it is not running. */
  operation: Operation<unknown> | null = null;
  /** When that began, by its machine's clock. */
  parkedAt = 0;
  /** When it became ready, in milliseconds, if that is to be measured; else 0. */
  readyAt = 0;
  /** An error that it finds thrown at the wait it is in, or at its next one. */
  interrupt: Error | null = null;
  readonly record: number;
  readonly generator: Iterator<unknown, unknown, unknown>;
  readonly local: LocalOutcome | null;
  /** What its starter saw of AsyncLocalStorage, if anything: see `stores.ts`. */
  readonly stores: AsyncResource | null;

  constructor(
    record: number,
    generator: Iterator<unknown, unknown, unknown>,
    local: LocalOutcome | null,
    stores: AsyncResource | null = null,
  ) {
    this.record = record;
    this.generator = generator;
    this.local = local;
    this.stores = stores;
    machine.pin(1);
  }

  /** It is over; nothing that still comes for it has any effect. */
  get ended(): boolean {
    return (this.state & ENDED) !== 0;
  }

  /** Set by `park`; the loop looks at it when the generator has given control back. */
  get parked(): boolean {
    return (this.state & PARKED) !== 0;
  }

  /** The wait it is in, or was in last, is over. */
  get woken(): boolean {
    return (this.state & WOKEN) !== 0;
  }

  /** It has let the others run, and has not gone on since. */
  get yielded(): boolean {
    return (this.state & YIELDED) !== 0;
  }

  /** So it has in a loop of its own, in a pause that can be looked into: see `inspect.ts`. */
  get paused(): boolean {
    return (this.state & PAUSED) !== 0;
  }

  /** It has started goroutines, which it may be about to join. */
  get hasStarted(): boolean {
    return (this.state & HAS_STARTED) !== 0;
  }

  /** The interrupt has ended its wait: the next resumption throws it. */
  get interrupted(): boolean {
    return (this.state & INTERRUPTED) !== 0;
  }

  noteStart(): void {
    this.state |= HAS_STARTED;
  }

  /** It lets the others run. */
  yield(): void {
    this.state |= YIELDED;
  }

  /** The same, in a loop of its own. */
  pause(): void {
    this.state |= YIELDED | PAUSED;
  }

  /** It goes on after that. */
  goOn(): void {
    this.state &= ~(YIELDED | PAUSED);
  }

  /** Its turn comes after a wait. */
  unpark(): void {
    this.state &= ~PARKED;
    this.operation = null;
  }

  /** It has ended. Its entry is kept for as long as a wake-up may still come for it. */
  leave(): void {
    this.state |= ENDED;
    machine.pin(-1);
    if (this.woken) machine.freeSlot(this);
  }

  /** The only way to stop a goroutine: the operation will call `wake` once, and the generator yields right after this. */
  park(operation: Operation<unknown>): void {
    this.state = (this.state & ~WOKEN) | PARKED;
    this.operation = operation;
    this.parkedAt = machine.clock;
    arena.words[this.record + STATUS] = WAITING;
    machine.parks++;
  }

  wake(): void {
    this.state |= WOKEN;
    if (this.ended) {
      machine.freeSlot(this);
      return;
    }
    arena.words[this.record + STATUS] = RUNNABLE;
    if (machine.meter !== null) machine.meter.ready(this);
    machine.ready.push(this);
    machine.events?.ready(this.record);
    if (machine.running === false) schedule();
  }

  /** So that a cancellation, which comes with the record's address, finds it. */
  entered(slot: number): void {
    arena.words[this.record + TASK_SLOT] = slot;
  }

  /**
   * Cancels it at its wait. If that was carried out in the same moment, what it brought is not lost: the goroutine goes
   * on, and finds the error at its next wait. While it runs, likewise.
   */
  cancel(error: Error): void {
    if (this.ended) return;
    this.interrupt = error;
    if (!this.parked) {
      // It stands in the ready queue, and not in an operation that would see the error there: after a bare `yield`.
      if (!this.yielded && machine.current !== this) this.state |= INTERRUPTED;
      return;
    }
    if (this.operation === null || !this.operation.withdraw()) return;
    this.operation = null;
    this.throwInto(error);
  }

  /**
   * Leaves the operation it is parked in. If that was carried out already, its wake-up is waited for: it is on its way. Not
   * that of what is kept until it can be made, which may never be.
   */
  giveUpWait(): void {
    const { operation } = this;
    this.operation = null;
    if (operation === null) return;
    if (operation.withdraw()) {
      this.state |= WOKEN;
      return;
    }
    if (operation.giveUpKept()) return;
    const end = performance.now() + WAKE_UP_MILLISECONDS;
    while (!this.woken && performance.now() < end) drainInbox();
    if (this.woken) discardOutcome(operation);
  }

  /** Throws an error into it when it is next resumed. */
  throwInto(error: Error): void {
    this.interrupt = error;
    this.state |= INTERRUPTED;
    this.wake();
  }

  takeInterrupt(): Error {
    const error = this.interrupt!;
    this.interrupt = null;
    this.state &= ~INTERRUPTED;
    return error;
  }

  /** The memory of its record is another runtime's from now on: it ends where it is, and nobody is told. */
  forget(): void {
    this.operation?.forget();
    this.operation = null;
    this.state |= ENDED;
    this.slot = -1;
  }

  abandon(error: Error): void {
    if (this.ended) return;
    this.giveUpWait();
    this.leave();
    store(this.record + JOINED, 1);
    completeWithError(this.record, error, this.local);
  }
}

/** How long a wake-up may be on its way from a thread that has served the waiter, in milliseconds: it is some µs. */
const WAKE_UP_MILLISECONDS = 1000;

/** It was carried out, but nobody will look: what it brought is taken out of shared memory. */
function discardOutcome(operation: Operation<unknown>): void {
  try {
    // One that has to wait once more is taken back; unless it is carried out in this moment.
    while (!operation.end()) if (operation.withdraw()) return;
    operation.refuse();
  } catch (error) {
    if (error instanceof PendingValue) operation.dropKept();
    // Else an error was what it brought.
  }
}
