/**
 * Operations that `select` can drive beside others, in two kinds.
 *
 * `ObjectOperation`: on an object in shared memory, under that object's lock. Alone it is carried out or enqueued in one
 * visit. In a select it is polled, and if no case is ready, all objects are locked in address order, polled once more,
 * and all waiters enqueued before the first lock is given back: so no case can become ready unseen in between.
 * `EventOperation`: on something of this thread (timer, promise), which cannot happen while the goroutine is running.
 *
 * In a select each waiter names the shared claim word. The owner frees waiters only after it has left every queue, since
 * another thread may look at the claim word, under an object's lock, until then.
 */
import { words } from '../memory/arena.ts';
import { lock, unlock } from '../memory/lock.ts';
import { ready } from './inbox.ts';
import { machine, type Waiting } from './machine.ts';
import { Operation } from './operation.ts';
import { enqueue, remove } from './wait-queue.ts';
import { receiveScratch } from './scratch.ts';
import { CELL, claim, freeWaiter, OUTCOME, OUTCOME_NONE, reserveWaiter, takeWaiter } from './waiter.ts';

export abstract class SelectableOperation<T> extends Operation<T> {
  /** Its waiter while it has one, else 0. */
  waiter = 0;
  /** Whether a receive got a value that was sent; undefined for other operations. */
  ok: boolean | undefined = undefined;

  /** The lock of the object, or 0. */
  abstract readonly lockAddress: number;

  /** Copies what must be copied before anything is locked. May throw. */
  abstract prepare(): void;
  /** Moves what `prepare` has copied into its waiter. */
  abstract fill(): void;
  /** Carries it out if that is possible now. */
  abstract poll(): boolean;
  /** The same while the caller holds `lockAddress`. */
  abstract pollLocked(): boolean;
  /** After the caller gave its locks back: wakes whom a `pollLocked` served, and sets `value` or throws. */
  abstract conclude(): void;
  /** Puts its waiter where the event will find it; the caller holds `lockAddress`. */
  abstract enroll(waiting: Waiting): void;
  /** Takes its waiter out again; nobody looks at it after this. False when somebody has taken it out before. */
  abstract leave(): boolean;
  /** Gives back its waiter and what that holds. */
  abstract discard(): void;

  /** A waiter of its own, for a select that may have to lock several objects. */
  allocateWaiter(): void {
    reserveWaiter();
    this.waiter = takeWaiter(machine.number, 0);
    this.fill();
  }
}

export abstract class ObjectOperation<T> extends SelectableOperation<T> {
  /** What was done; one of the OUTCOME_ values. */
  protected outcome: number = OUTCOME_NONE;
  /** Whom `attempt` has served and who is to be woken when the lock is given back. */
  protected served = 0;

  /** The waiting queue of the object in which this operation stands. */
  abstract readonly queueAddress: number;

  /** Under the object's lock: carries the operation out and sets `outcome`, or returns false. */
  protected abstract attempt(): boolean;
  /** Sets `value`, or throws, by `outcome`. A value received is in the cell. */
  protected abstract finish(cell: number): void;

  protected begin(waiting: Waiting): boolean {
    this.prepare();
    reserveWaiter();
    lock(this.lockAddress);
    if (this.attempt()) {
      unlock(this.lockAddress);
      this.conclude();
      return true;
    }
    this.waiter = takeWaiter(machine.number, machine.slotOf(waiting));
    this.fill();
    enqueue(this.queueAddress, this.waiter);
    unlock(this.lockAddress);
    return false;
  }

  prepare(): void {
    // Most operations carry no value.
  }

  fill(): void {
    // Most operations carry no value.
  }

  poll(): boolean {
    lock(this.lockAddress);
    const carriedOut = this.attempt();
    unlock(this.lockAddress);
    return carriedOut;
  }

  pollLocked(): boolean {
    return this.attempt();
  }

  conclude(): void {
    const { served } = this;
    if (served !== 0) {
      this.served = 0;
      ready(served);
    }
    this.finish(receiveScratch);
  }

  enroll(_waiting: Waiting): void {
    enqueue(this.queueAddress, this.waiter);
  }

  leave(): boolean {
    lock(this.lockAddress);
    const removed = remove(this.queueAddress, this.waiter);
    unlock(this.lockAddress);
    return removed;
  }

  withdraw(): boolean {
    if (!this.leave()) return false;
    this.discard();
    return true;
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }

  end(): void {
    const { waiter } = this;
    this.waiter = 0;
    this.outcome = words[waiter + OUTCOME]!;
    try {
      this.finish((waiter + CELL) >> 1);
    } finally {
      freeWaiter(waiter);
    }
  }
}

export abstract class EventOperation<T> extends SelectableOperation<T> {
  readonly lockAddress = 0;
  private waiting: Waiting | null = null;

  /** Starts the event; it calls `arrived` later, never before this returns. */
  protected abstract arm(): void;
  protected abstract disarm(): void;

  protected begin(waiting: Waiting): boolean {
    this.enroll(waiting);
    return false;
  }

  protected arrived(): void {
    const { waiting, waiter } = this;
    if (waiting === null) return;
    this.waiting = null;
    if (waiter === 0 || claim(waiter)) waiting.wake();
  }

  prepare(): void {
    // Nothing to copy.
  }

  fill(): void {
    // Nothing was copied.
  }

  poll(): boolean {
    return false;
  }

  pollLocked(): boolean {
    return false;
  }

  enroll(waiting: Waiting): void {
    this.waiting = waiting;
    this.arm();
  }

  leave(): boolean {
    if (this.waiting === null) return false;
    this.waiting = null;
    this.disarm();
    return true;
  }

  withdraw(): boolean {
    if (!this.leave()) return false;
    this.discard();
    return true;
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }

  end(): void {
    this.discard();
    this.conclude();
  }
}
