/**
 * Operations on an event of this thread (a timer, a promise), which cannot happen while the goroutine is running. The
 * goroutine is parked on its own thread, the others of the thread run meanwhile, and no shared memory takes part; in a
 * select the event must win the claim.
 */
import type { Waiting } from './machine.ts';
import { Behaviour, type Operation } from './operation.ts';
import type { WaitReason } from './wait-reason.ts';
import { claim, freeWaiter } from './waiter.ts';

/** The subject of such an operation. */
export abstract class OwnEvent {
  private waiting: Waiting | null = null;
  private waiter = 0;

  /** Starts the event; it calls `arrived` later, never before this returns. */
  protected abstract arm(): void;
  protected abstract disarm(): void;
  /** What the operation gives; may throw. */
  abstract outcome(): unknown;

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

const nothing = (): void => undefined;
const never = (): boolean => false;

export function eventBehaviour(reason: WaitReason): Behaviour {
  const eventOf = (operation: Operation<any>): OwnEvent => operation.subject as OwnEvent;

  const conclude = (operation: Operation<any>): void => {
    operation.value = eventOf(operation).outcome();
  };

  const leave = (operation: Operation<any>): boolean => eventOf(operation).stop();

  const discard = (operation: Operation<any>): void => {
    if (operation.waiter !== 0) freeWaiter(operation.waiter);
    operation.waiter = 0;
  };

  const start = (operation: Operation<any>, waiting: Waiting): void => eventOf(operation).start(waiting, operation.waiter);

  return new Behaviour(
    reason,
    (operation, waiting) => {
      start(operation, waiting);
      return false;
    },
    (operation) => {
      discard(operation);
      conclude(operation);
    },
    (operation) => {
      if (!leave(operation)) return false;
      discard(operation);
      return true;
    },
    {
      reportsOk: false,
      lockAddress: () => 0,
      prepare: nothing,
      fill: nothing,
      poll: never,
      pollLocked: never,
      conclude,
      enroll: start,
      leave,
      discard,
    },
  );
}
