/**
 * `acquire` and `waitForUnlock` of mutexes and semaphores: a place in a line that is ordered by priority. The waiter
 * carries what it asks for: its DETAIL the weight, its cell the priority.
 *
 * In async code it begins at the call (`eager.ts`). `select` drives one that has begun as if it had not: it is taken back
 * first, together with what it may have acquired, and another one stands for it in the select.
 */
import type { SharedObject } from '../codec/handles.ts';
import { PendingValue } from '../codec/pending.ts';
import { CanceledError, shown } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import {
  HOLDER_UNKNOWN,
  OUTCOME_CANCELED,
  OUTCOME_DONE,
  OUTCOME_RETRY,
  RESULT_CLOSED,
  RESULT_WAITS,
  SELECT_OBJECT,
  SELECT_OPERATION,
  SELECT_WAITER,
  WAITER_CELL,
  WAITER_DETAIL,
  WAITER_OUTCOME,
} from '../memory/blocks.ts';
import { drive, retryLock } from '../memory/core.ts';
import { holderFor } from '../scheduler/holder.ts';
import { leaveLine, wakeServed } from '../scheduler/inbox.ts';
import { machine, type Waiting } from '../scheduler/machine.ts';
import { type Flag, FRESH, NO, SelectableOperation, YES } from '../scheduler/operation.ts';
import { waitOperation } from '../scheduler/wait.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';
import { freeWaiter, parkSpare, spareWaiter, takeWaiter } from '../scheduler/waiter.ts';
import { inAsyncCode } from './eager.ts';

/** What tells one kind of ticket from another. */
export class TicketRules<T> {
  readonly reason: WaitReason;
  /** One of the OPERATION_ numbers. */
  readonly code: number;
  /** What it gives: `before` is how many there were before so many of them were taken. */
  readonly valueOf: (object: any, weight: number, before: number) => T;
  /** Gives back what it gave. */
  readonly giveBack: (object: any, weight: number) => void;
  /** Tells the object which goroutine was let in. */
  readonly nameHolder: ((object: any, holder: number) => void) | null;

  constructor(
    reason: WaitReason,
    code: number,
    valueOf: (object: any, weight: number, before: number) => T,
    giveBack: (object: any, weight: number) => void,
    nameHolder: ((object: any, holder: number) => void) | null = null,
  ) {
    this.reason = reason;
    this.code = code;
    this.valueOf = valueOf;
    this.giveBack = giveBack;
    this.nameHolder = nameHolder;
  }
}

/** An object whose line can be sent away. */
export interface Cancellable extends SharedObject {
  cancelError(): unknown;
}

export class TicketOperation<T> extends SelectableOperation<T> implements Promise<T> {
  done: Flag;
  value: T;
  stage: number;
  readonly rules: TicketRules<T>;
  override readonly object: Cancellable;
  readonly weight: number;
  readonly priority: number;
  waiter: number;
  private waiting: Waiting | null;
  private holder: number;
  private promise: Promise<T> | null;

  constructor(rules: TicketRules<T>, object: Cancellable, weight: number, priority: number) {
    super();
    this.done = NO;
    this.value = undefined as T;
    this.stage = FRESH;
    this.rules = rules;
    this.object = object;
    this.weight = weight;
    this.priority = priority;
    this.waiter = 0;
    this.waiting = null;
    this.holder = HOLDER_UNKNOWN;
    this.promise = null;
  }

  get reason(): WaitReason {
    return this.rules.reason;
  }

  /** Begins at once in async code. */
  eagerly(): this {
    if (inAsyncCode()) this.promise = this.drive();
    return this;
  }

  override [Symbol.iterator](): Iterator<unknown, T, unknown> {
    return this.promise === null ? super[Symbol.iterator]() : waitOperation(this.promise)[Symbol.iterator]();
  }

  // biome-ignore lint/suspicious/noThenProperty: an operation is awaited like a promise.
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return (this.promise ?? this.drive()).then(fulfilled, rejected);
  }

  /** Not now and then a turn of the event loop later: who awaits a lock goes on in the order in which async-mutex lets go on. */
  protected override atOnce(): Promise<T> {
    return Promise.resolve(this.value);
  }

  catch<B = never>(rejected?: ((error: any) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, rejected);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return (this.promise ?? this.drive()).finally(settled);
  }

  get [Symbol.toStringTag](): string {
    return 'Operation';
  }

  describe(entry: number): void {
    arena.words[entry + SELECT_OPERATION] = this.rules.code;
    arena.words[entry + SELECT_OBJECT] = this.object.address;
    arena.words[entry + SELECT_WAITER] = this.waiter;
  }

  begin(waiting: Waiting): boolean {
    const spare = this.fillIn(spareWaiter());
    this.waiting = waiting;
    this.holder = holderFor(waiting);
    const result = drive(this.rules.code, this.object.address, spare, machine.slotOf(waiting));
    if (result === RESULT_WAITS) {
      this.waiter = parkSpare();
      return false;
    }
    wakeServed(result);
    this.conclude(result, spare);
    return true;
  }

  private fillIn(waiter: number): number {
    arena.words[waiter + WAITER_DETAIL] = this.weight;
    arena.cells[(waiter + WAITER_CELL) >> 1] = this.priority;
    return waiter;
  }

  end(): boolean {
    const { waiter } = this;
    const outcome = outcomeOf(this.object.address, waiter);
    if (outcome === OUTCOME_RETRY) return false;
    if (outcome === OUTCOME_CANCELED) throw errorOfCanceled(this);
    this.conclude(0, waiter);
    this.discard();
    return true;
  }

  override prepare(waiting: Waiting): void {
    this.holder = holderFor(waiting);
    spareWaiter();
    this.waiter = this.fillIn(takeWaiter(machine.number, 0));
  }

  conclude(_result: number, waiter: number): void {
    this.done = YES;
    if (this.holder !== HOLDER_UNKNOWN) this.rules.nameHolder?.(this.object, this.holder);
    this.value = this.rules.valueOf(this.object, this.weight, arena.words[waiter + WAITER_DETAIL]!);
  }

  leave(): boolean {
    return leaveLine(this.rules.code, this.object.address, this.waiter);
  }

  discard(): void {
    if (this.waiter !== 0) freeWaiter(this.waiter);
    this.waiter = 0;
  }

  override refuse(): void {
    this.rules.giveBack(this.object, this.weight);
  }

  override forSelect(): SelectableOperation<T> {
    if (this.promise === null) return this;
    if (this.done) this.refuse();
    else this.takeBack();
    return new TicketOperation<T>(this.rules, this.object, this.weight, this.priority);
  }

  /** It has begun and waits. If it was served in this moment, what it brings is given back when it comes. */
  private takeBack(): void {
    this.promise!.then(
      () => this.refuse(),
      () => undefined,
    );
    this.waiting!.abandon(new CanceledError('taken over by select'));
  }
}

/**
 * How a wait for a lock has ended; OUTCOME_RETRY when it has not. The waiter keeps that it was sent away, so that it does not
 * enter the line again when this is asked twice.
 */
export function outcomeOf(lock: number, waiter: number): number {
  const outcome = arena.words[waiter + WAITER_OUTCOME]!;
  if (outcome !== OUTCOME_RETRY) return outcome;
  const result = retryLock(lock, waiter);
  if (result === RESULT_WAITS) return OUTCOME_RETRY;
  if (result !== RESULT_CLOSED) return OUTCOME_DONE;
  arena.words[waiter + WAITER_OUTCOME] = OUTCOME_CANCELED;
  return OUTCOME_CANCELED;
}

/** What one who was sent away finds thrown. It gives back its waiter, but keeps it while the error cannot be made (PendingValue). */
export function errorOfCanceled(operation: SelectableOperation<any> & { readonly object: Cancellable }): unknown {
  try {
    const error = operation.object.cancelError();
    operation.discard();
    return error;
  } catch (error) {
    if (!(error instanceof PendingValue)) operation.discard();
    throw error;
  }
}

/** Checks a priority: any number but NaN. */
export function mustBePriority(priority: unknown): void {
  if (typeof priority === 'number' && !Number.isNaN(priority)) return;
  throw new RangeError(`a priority must be a number, got ${shown(priority)}`);
}
