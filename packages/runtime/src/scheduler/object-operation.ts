/**
 * Operations on an object in shared memory, carried out under that object's lock.
 *
 * Alone, an operation is carried out or enqueued in one visit. In a select it is polled; if no case is ready, all objects
 * are locked in address order, polled once more, and all waiters enqueued before the first lock is given back: so no case
 * can become ready unseen in between. Each waiter then names the select's claim word, and the owner gives waiters back
 * only after it has left every queue, since another thread may look at the claim word, under an object's lock, until then.
 *
 * `attempt` is called under the lock. It may serve one other waiter (fill in its outcome) and names it by `serve`; that
 * one is woken after the lock is given back.
 */
import { move } from '../codec/cell.ts';
import type { SharedObject } from '../codec/handles.ts';
import { PendingValue } from '../codec/pending.ts';
import { words } from '../memory/arena.ts';
import { lock, unlock } from '../memory/lock.ts';
import { ready } from './inbox.ts';
import { machine, type Waiting } from './machine.ts';
import { Behaviour, type Operation, wakeWhenReady } from './operation.ts';
import { receiveScratch } from './scratch.ts';
import { enqueue, remove } from './wait-queue.ts';
import type { WaitReason } from './wait-reason.ts';
import { CELL, freeWaiter, OUTCOME, reserveWaiter, takeWaiter } from './waiter.ts';

/** What an object says of one of its operations. */
export interface ObjectRules {
  reason: WaitReason;
  /** Offsets of the object's lock and of the waiting queue in which this operation stands. */
  lock: number;
  queue: number;
  /** Carries the operation out and sets `outcome`, or returns false. */
  attempt(operation: Operation<any>): boolean;
  /** Sets `value`, or throws, by `outcome`. A value received is in the cell. */
  finish(operation: Operation<any>, cell: number): void;
  /** For operations that carry a value: see Selection. */
  prepare?(operation: Operation<any>): void;
  fill?(operation: Operation<any>): void;
  /** Gives back what `prepare` has copied and nobody has taken. */
  dropValue?(operation: Operation<any>): void;
  /** In place of the general one, where it must be fast. */
  begin?(operation: Operation<any>, waiting: Waiting): boolean;
  reportsOk?: boolean;
}

let served = 0;

/** Names the waiter that an `attempt` has served. */
export function serve(waiter: number): void {
  served = waiter;
}

/** After the lock was given back: wakes whom an `attempt` has served. */
export function wakeServed(): void {
  if (served === 0) return;
  const waiter = served;
  served = 0;
  ready(waiter);
}

/**
 * Finishes an operation that was carried out at once. Returns false when its value cannot be made yet: then it is kept,
 * and `waiting` will be woken for it.
 */
export function finishOrKeep(operation: Operation<any>, waiting: Waiting, finish: ObjectRules['finish']): boolean {
  try {
    finish(operation, receiveScratch);
    return true;
  } catch (error) {
    if (!(error instanceof PendingValue)) throw error;
    keepOutcome(operation);
    wakeWhenReady(error, waiting);
    return false;
  }
}

/** Moves what was received into a waiter of the operation's own, from which `end` takes it. */
function keepOutcome(operation: Operation<any>): void {
  if (operation.waiter === 0) {
    reserveWaiter();
    operation.waiter = takeWaiter(machine.number, 0);
  }
  move(receiveScratch, (operation.waiter + CELL) >> 1);
  words[operation.waiter + OUTCOME] = operation.outcome;
}

const nothing = (): void => undefined;

export function objectBehaviour(rules: ObjectRules): Behaviour {
  const { reason, lock: lockOffset, queue: queueOffset, attempt, finish } = rules;
  const prepare = rules.prepare ?? nothing;
  const fill = rules.fill ?? nothing;
  const dropValue = rules.dropValue ?? nothing;

  const addressOf = (operation: Operation<any>): number => (operation.subject as SharedObject).address;

  const begin = (operation: Operation<any>, waiting: Waiting): boolean => {
    const object = addressOf(operation);
    reserveWaiter(); // First: what it may throw must leave nothing copied.
    prepare(operation);
    lock(object + lockOffset);
    if (attempt(operation)) {
      unlock(object + lockOffset);
      wakeServed();
      return finishOrKeep(operation, waiting, finish);
    }
    operation.waiter = takeWaiter(machine.number, machine.slotOf(waiting));
    fill(operation);
    enqueue(object + queueOffset, operation.waiter);
    unlock(object + lockOffset);
    return false;
  };

  const leave = (operation: Operation<any>): boolean => {
    const object = addressOf(operation);
    lock(object + lockOffset);
    const removed = remove(object + queueOffset, operation.waiter);
    unlock(object + lockOffset);
    return removed;
  };

  const discard = (operation: Operation<any>): void => {
    dropValue(operation);
    if (operation.waiter !== 0) freeWaiter(operation.waiter);
    operation.waiter = 0;
  };

  return new Behaviour(
    reason,
    rules.begin ?? begin,
    (operation) => {
      const { waiter } = operation;
      operation.outcome = words[waiter + OUTCOME]!;
      try {
        finish(operation, (waiter + CELL) >> 1);
      } catch (error) {
        if (error instanceof PendingValue) throw error; // The waiter keeps the value until it can be made.
        operation.waiter = 0;
        freeWaiter(waiter);
        throw error;
      }
      operation.waiter = 0;
      freeWaiter(waiter);
    },
    (operation) => {
      if (!leave(operation)) return false;
      discard(operation);
      return true;
    },
    {
      reportsOk: rules.reportsOk ?? false,
      lockAddress: (operation) => addressOf(operation) + lockOffset,
      prepare,
      fill,
      poll: (operation) => {
        const address = addressOf(operation) + lockOffset;
        lock(address);
        const carriedOut = attempt(operation);
        unlock(address);
        return carriedOut;
      },
      pollLocked: attempt,
      conclude: (operation) => {
        wakeServed();
        try {
          finish(operation, receiveScratch);
        } catch (error) {
          if (error instanceof PendingValue) keepOutcome(operation);
          throw error;
        }
      },
      enroll: (operation) => enqueue(addressOf(operation) + queueOffset, operation.waiter),
      leave,
      discard,
    },
  );
}
