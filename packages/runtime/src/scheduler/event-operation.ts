/**
 * Operations on an event of this thread (a timer, a promise), which cannot happen while the goroutine is running. The
 * goroutine is parked on its own thread, the others of the thread run meanwhile, and no shared memory takes part; in a
 * select the event must win the claim.
 */
import { arena } from '../memory/arena.ts';
import { compareExchange } from '../memory/atomics.ts';
import { OPERATION_EVENT, SELECT_OPERATION, SELECT_WAITER, UNCLAIMED, WAITER_CASE, WAITER_CLAIM } from '../memory/blocks.ts';
import { machine, type Waiting } from './machine.ts';
import { type Flag, FRESH, NO, SelectableOperation } from './operation.ts';
import type { WaitReason } from './wait-reason.ts';
import { freeWaiter } from './waiter.ts';

/** What such an operation waits for. */
export abstract class OwnEvent {
  private waiting: Waiting | null = null;
  private waiter = 0;

  /** Starts the event; it calls `arrived` later, never before this returns. */
  protected abstract arm(): void;
  protected abstract disarm(): void;
  /** What the operation gives; may throw. */
  abstract outcome(): unknown;

  /** With a waiter, that one's claim must be won. */
  start(waiting: Waiting, waiter: number): void {
    this.waiting = waiting;
    this.waiter = waiter;
    this.arm();
  }

  /** False when it has arrived already. */
  stop(): boolean {
    if (this.waiting === null) return false;
    this.waiting = null;
    this.disarm();
    return true;
  }

  protected arrived(): void {
    const { waiting, waiter } = this;
    if (waiting === null) return;
    this.waiting = null;
    if (waiter === 0 || claim(waiter)) waiting.wake();
  }
}

function claim(waiter: number): boolean {
  return compareExchange(arena.words[waiter + WAITER_CLAIM]!, UNCLAIMED, arena.words[waiter + WAITER_CASE]!) === UNCLAIMED;
}

export class EventOperation<T> extends SelectableOperation<T> {
  done: Flag;
  value: T;
  stage: number;
  waiter: number;
  readonly reason: WaitReason;
  private readonly event: OwnEvent;

  constructor(reason: WaitReason, event: OwnEvent) {
    super();
    this.done = NO;
    this.value = undefined as T;
    this.stage = FRESH;
    this.waiter = 0;
    this.reason = reason;
    this.event = event;
  }

  override get isEvent(): boolean {
    return true;
  }

  describe(entry: number): void {
    arena.words[entry + SELECT_OPERATION] = OPERATION_EVENT;
    arena.words[entry + SELECT_WAITER] = this.waiter;
  }

  begin(waiting: Waiting): boolean {
    machine.slotOf(waiting); // So that a cancellation finds it.
    this.start(waiting);
    return false;
  }

  end(): boolean {
    this.discard();
    this.value = this.event.outcome() as T;
    return true;
  }

  override start(waiting: Waiting): void {
    this.event.start(waiting, this.waiter);
  }

  conclude(): void {
    this.end();
  }

  leave(): boolean {
    return this.event.stop();
  }

  override forget(): void {
    this.event.stop();
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }
}
