/**
 * Operations on objects in shared memory. The core carries them out under the object's lock, or puts a waiter into the
 * object's line; see `core/operation.ts`. Sending and receiving have classes of their own, `sync/channel-operations.ts`.
 */

import { move } from '../codec/cell.ts';
import type { SharedObject } from '../codec/handles.ts';
import { PendingValue } from '../codec/pending.ts';
import { arena } from '../memory/arena.ts';
import {
  OUTCOME_CLOSED,
  OUTCOME_DONE,
  RESULT_CLOSED,
  RESULT_WAITS,
  SELECT_OBJECT,
  SELECT_OPERATION,
  SELECT_WAITER,
  WAITER_CELL,
  WAITER_DETAIL,
  WAITER_OUTCOME,
} from '../memory/blocks.ts';
import { drive } from '../memory/core.ts';
import { withReserve } from '../memory/heap.ts';
import { holderFor } from './holder.ts';
import { leaveLine, wakeServed } from './inbox.ts';
import { machine, type Waiting } from './machine.ts';
import { type Flag, FRESH, NO, SelectableOperation, wakeWhenReady } from './operation.ts';
import type { WaitReason } from './wait-reason.ts';
import { freeWaiter, parkSpare, reserveWaiter, spareWaiter, takeWaiter } from './waiter.ts';

/** What tells one kind of operation from another. All are made by this constructor, so that they have one shape. */
export class ObjectRules {
  readonly reason: WaitReason;
  /** One of the OPERATION_ numbers. */
  readonly code: number;
  /** What the operation gives once it is carried out; may throw. */
  readonly valueOf: (object: any) => unknown;
  /** The waiter's DETAIL says who asks, so that the object can tell who holds it. */
  readonly saysWhoAsks: boolean;

  constructor(reason: WaitReason, code: number, valueOf: (object: any) => unknown, saysWhoAsks = false) {
    this.reason = reason;
    this.code = code;
    this.valueOf = valueOf;
    this.saysWhoAsks = saysWhoAsks;
  }
}

export function askedBy(waiter: number, holder: number): number {
  arena.words[waiter + WAITER_DETAIL] = holder;
  return waiter;
}

export class ObjectOperation<T> extends SelectableOperation<T> {
  done: Flag;
  value: T;
  stage: number;
  /** Also keeps the object alive. */
  override readonly object: SharedObject;
  waiter: number;
  readonly rules: ObjectRules;

  constructor(rules: ObjectRules, object: SharedObject) {
    super();
    this.done = NO;
    this.value = undefined as T;
    this.stage = FRESH;
    this.object = object;
    this.waiter = 0;
    this.rules = rules;
  }

  get reason(): WaitReason {
    return this.rules.reason;
  }

  describe(entry: number): void {
    arena.words[entry + SELECT_OPERATION] = this.rules.code;
    arena.words[entry + SELECT_OBJECT] = this.object.address;
    arena.words[entry + SELECT_WAITER] = this.waiter;
  }

  begin(waiting: Waiting): boolean {
    const spare = spareWaiter();
    if (this.rules.saysWhoAsks) askedBy(spare, holderFor(waiting));
    const result = drive(this.rules.code, this.object.address, spare, machine.slotOf(waiting));
    if (result === RESULT_WAITS) {
      this.waiter = parkSpare();
      return false;
    }
    wakeServed(result);
    return concludeOrKeep(this, result, spare, waiting);
  }

  override prepare(waiting: Waiting): void {
    if (!this.rules.saysWhoAsks) return;
    reserveWaiter();
    this.waiter = askedBy(takeWaiter(machine.number, 0), holderFor(waiting));
  }

  end(): boolean {
    try {
      this.conclude();
    } catch (error) {
      if (!(error instanceof PendingValue)) this.discard();
      throw error;
    }
    this.discard();
    return true;
  }

  conclude(): void {
    this.value = this.rules.valueOf(this.object) as T;
  }

  leave(): boolean {
    return leaveLine(this.rules.code, this.object.address, this.waiter);
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }
}

/**
 * Concludes an operation that was carried out at once. False when its value cannot be made yet: then it is kept, and
 * `waiting` will be woken for it.
 */
export function concludeOrKeep(operation: SelectableOperation<any>, result: number, waiter: number, waiting: Waiting): boolean {
  try {
    operation.conclude(result, waiter);
    return true;
  } catch (error) {
    if (!(error instanceof PendingValue)) throw error;
    keepOutcome(operation, result, waiter);
    wakeWhenReady(error, operation, waiting);
    return false;
  }
}

/** Gives the operation a waiter of its own, with the outcome and what was received, from which `end` takes them. */
export function keepOutcome(operation: SelectableOperation<any>, result: number, received: number): void {
  if (operation.waiter === 0) {
    withReserve(reserveWaiter); // It was received, so it must not be lost.
    operation.waiter = takeWaiter(machine.number, 0);
  }
  const closed = result === RESULT_CLOSED; // Then nothing was received: the cell has what was there before.
  if (!closed && operation.waiter !== received) move((received + WAITER_CELL) >> 1, (operation.waiter + WAITER_CELL) >> 1);
  arena.words[operation.waiter + WAITER_OUTCOME] = closed ? OUTCOME_CLOSED : OUTCOME_DONE;
}
