/**
 * Select: exactly one of several operations. Go's `selectgo` is the model; semantics of the Go specification.
 *
 *   1. Copy the values to be sent; nothing is locked yet, so an uncloneable one throws with nothing done.
 *   2. Poll the cases one by one in random order; the first that can be carried out is the hit. A random order makes the
 *      choice uniform among those that are ready.
 *   3. None, and a default: that is the hit, if with all objects locked none can be carried out either. One after the
 *      other would not be enough: a channel may have become ready after it was looked at, while the next was emptied.
 *   4. Lock all objects in address order (no two selects can wait for each other), poll once more, else enqueue a waiter
 *      in every object, all with one claim word; unlock; start timers and promises; park.
 *   5. Whoever serves one of the waiters first wins the claim word: its case is the hit. Awake, leave all other queues,
 *      then give the waiters back; another thread may look at the claim word until the last queue is left.
 */
import { PendingValue } from '../codec/pending.ts';
import { requireArena, words } from '../memory/arena.ts';
import { compareExchange } from '../memory/atomics.ts';
import { lock, unlock } from '../memory/lock.ts';
import { machine, type Waiting } from '../scheduler/machine.ts';
import { Behaviour, Operation, type Selection, wakeWhenReady } from '../scheduler/operation.ts';
import { CASE, CLAIM, CLAIM_WORD, OUTCOME_DONE, reserveWaiter, SLOT, takeWaiter, UNCLAIMED } from '../scheduler/waiter.ts';

/** What the claim word becomes when the owner itself gives the select up. */
const WITHDRAWN = -1;

/** The cases of a select, by the key that names the hit. `null` never fires, as Go's nil channel. */
export type SelectCases = Record<string, Operation<any> | null>;

type CaseValue<C> = C extends Operation<infer V> ? V : never;

/** What a select gives: the key and the value of the case that was carried out; `ok` for receives. */
export type SelectHit<C extends SelectCases> = {
  [K in keyof C & string]: C[K] extends null ? never : { key: K; value: CaseValue<C[K]>; ok?: boolean };
}[keyof C & string];

/** What a select with a default gives when no case is ready. */
export interface DefaultHit {
  key: 'default';
  value?: undefined;
  ok?: undefined;
}

/**
 * Waits until one of the cases can be carried out, carries out exactly one, chosen uniformly at random among those
 * that are ready, and gives its key and value. With `{ default: true }` it never waits: `{ key: 'default' }`.
 * Without any case it waits for ever.
 *
 * @example
 * const hit = yield* select({ job: jobs.recv(), quit: quit.recv(), late: after(50) });
 * if (hit.key === 'job') console.log(hit.value);
 */
export function select<C extends SelectCases>(cases: C, options: { default: true }): Operation<SelectHit<C> | DefaultHit>;
export function select<C extends SelectCases>(cases: C, options?: { default?: false }): Operation<SelectHit<C>>;
export function select<C extends SelectCases>(
  cases: C,
  options: { default?: boolean } = {},
): Operation<SelectHit<C> | DefaultHit> {
  if (typeof cases !== 'object' || cases === null) {
    throw new TypeError(`select takes an object of operations, got ${cases === null ? 'null' : typeof cases}`);
  }
  requireArena();
  const keys: string[] = [];
  const operations: Array<Operation<unknown>> = [];
  for (const key of Object.keys(cases)) {
    const operation: unknown = cases[key];
    if (operation === null) continue;
    if (!(operation instanceof Operation) || operation.behaviour.selection === null) {
      throw new TypeError(
        `select: case '${key}' is not an operation that select can drive; use ch.send(v), ch.recv(), after(ms), wait(promise), a lock or a join, or null for a case that never fires`,
      );
    }
    keys.push(key);
    operations.push(operation);
  }
  const behaviour = operations.length === 0 ? SELECT_NOTHING : SELECT;
  return new Operation<any>(behaviour, new Choice(keys, operations, options.default === true), undefined);
}

const SELECT = selectBehaviour('select');
const SELECT_NOTHING = selectBehaviour('select (no cases)');

function selectBehaviour(reason: 'select' | 'select (no cases)'): Behaviour {
  const choiceOf = (operation: Operation<any>): Choice => operation.subject as Choice;
  return new Behaviour(
    reason,
    (operation, waiting) => choiceOf(operation).begin(operation, waiting),
    (operation) => choiceOf(operation).end(operation),
    (operation) => choiceOf(operation).withdraw(),
    null,
  );
}

/** The cases of one select. */
class Choice {
  private readonly keys: string[];
  private readonly operations: Array<Operation<unknown>>;
  private readonly hasDefault: boolean;
  /** The case that was carried out, once that is known. */
  private hit = -1;

  constructor(keys: string[], operations: Array<Operation<unknown>>, hasDefault: boolean) {
    this.keys = keys;
    this.operations = operations;
    this.hasDefault = hasDefault;
  }

  begin(select: Operation<unknown>, waiting: Waiting): boolean {
    const { operations } = this;
    const count = operations.length;
    this.prepareAll();
    if (count > 0) {
      const order = shuffled(count);
      for (let index = 0; index < count; index++) {
        const hit = order[index]!;
        const operation = operations[hit]!;
        if (selectionOf(operation).poll(operation)) return this.hitAtOnce(select, hit, waiting);
      }
      const hit = this.hasDefault ? this.pollTogether(order) : this.pollOrEnroll(order, waiting);
      if (hit >= 0) return this.hitAtOnce(select, hit, waiting);
    }
    if (!this.hasDefault) {
      machine.slotOf(waiting);
      return false;
    }
    this.discardAllBut(-1);
    select.value = { key: 'default', value: undefined };
    return true;
  }

  /** Copies what is to be sent. If one cannot be copied, the others are given back. */
  private prepareAll(): void {
    const { operations } = this;
    for (const operation of operations) operation.use();
    try {
      for (const operation of operations) {
        const selection = selectionOf(operation);
        selection.prepare(operation);
        // With a value in it, the scratch cell is needed for the next case.
        if (operation.source !== 0) giveWaiter(operation);
      }
    } catch (error) {
      this.discardAllBut(-1);
      throw error;
    }
  }

  private hitAtOnce(select: Operation<unknown>, hit: number, waiting: Waiting): boolean {
    // A value received is in the scratch cell until it is taken: first of all.
    const operation = this.operations[hit]!;
    const selection = selectionOf(operation);
    this.hit = hit;
    try {
      selection.conclude(operation);
    } catch (error) {
      this.discardAllBut(hit);
      if (error instanceof PendingValue) {
        wakeWhenReady(error, waiting);
        return false;
      }
      selection.discard(operation);
      throw error;
    }
    selection.discard(operation);
    this.discardAllBut(hit);
    this.report(select, hit);
    return true;
  }

  private giveWaiters(): void {
    try {
      for (const operation of this.operations) if (operation.waiter === 0) giveWaiter(operation);
    } catch (error) {
      this.discardAllBut(-1);
      throw error;
    }
  }

  /** Step 3. Returns the case that could be carried out after all, or -1 when at one moment none can. */
  private pollTogether(order: number[]): number {
    const { operations } = this;
    if (order.length === 1) return -1;
    const locks = locksOf(operations);
    for (const address of locks) lock(address);
    const hit = order.find((index) => selectionOf(operations[index]!).pollLocked(operations[index]!)) ?? -1;
    unlockAll(locks);
    return hit;
  }

  /** Step 4. Returns the case that could be carried out after all, or -1 when all wait. */
  private pollOrEnroll(order: number[], waiting: Waiting): number {
    const { operations } = this;
    this.giveWaiters();
    const slot = machine.slotOf(waiting);
    const claimWord = operations[0]!.waiter + CLAIM_WORD;
    words[claimWord] = UNCLAIMED;
    for (let index = 0; index < operations.length; index++) {
      const { waiter } = operations[index]!;
      words[waiter + SLOT] = slot;
      words[waiter + CLAIM] = claimWord;
      words[waiter + CASE] = index + 1;
    }
    const locks = locksOf(operations);
    for (const address of locks) lock(address);
    for (const index of order) {
      const operation = operations[index]!;
      if (selectionOf(operation).pollLocked(operation)) {
        unlockAll(locks);
        return index;
      }
    }
    // In random order too: of two cases on one channel, the first in its queue is the one that is served.
    for (const index of order) {
      const operation = operations[index]!;
      const selection = selectionOf(operation);
      if (selection.lockAddress(operation) !== 0) selection.enroll(operation, waiting);
    }
    unlockAll(locks);
    // Events of this thread cannot happen before the goroutine is parked; starting one may run a user's thenable.
    for (const operation of operations) {
      const selection = selectionOf(operation);
      if (selection.lockAddress(operation) === 0) selection.enroll(operation, waiting);
    }
    return -1;
  }

  end(select: Operation<unknown>): void {
    if (this.hit < 0) {
      this.hit = words[this.operations[0]!.waiter + CLAIM_WORD]! - 1;
      this.leaveAllBut(this.hit);
      // The claim word lives in the first waiter: nobody looks at it any more.
      this.discardAllBut(this.hit);
    }
    const operation = this.operations[this.hit]!;
    operation.behaviour.end(operation);
    this.report(select, this.hit);
  }

  withdraw(): boolean {
    const { operations } = this;
    if (operations.length === 0) return true;
    if (this.hit >= 0) return false; // Carried out; only its value is not there yet.
    const claimWord = operations[0]!.waiter + CLAIM_WORD;
    if (compareExchange(claimWord, UNCLAIMED, WITHDRAWN) !== UNCLAIMED) return false;
    this.leaveAllBut(-1);
    this.discardAllBut(-1);
    return true;
  }

  private leaveAllBut(hit: number): void {
    const { operations } = this;
    for (let index = 0; index < operations.length; index++) {
      if (index !== hit) selectionOf(operations[index]!).leave(operations[index]!);
    }
  }

  private discardAllBut(hit: number): void {
    const { operations } = this;
    for (let index = 0; index < operations.length; index++) {
      if (index !== hit) selectionOf(operations[index]!).discard(operations[index]!);
    }
  }

  private report(select: Operation<unknown>, hit: number): void {
    const operation = this.operations[hit]!;
    const key = this.keys[hit]!;
    const { value } = operation;
    select.value = selectionOf(operation).reportsOk ? { key, value, ok: operation.outcome === OUTCOME_DONE } : { key, value };
  }
}

function selectionOf(operation: Operation<unknown>): Selection {
  return operation.behaviour.selection!;
}

/** A waiter of its own, with the value that it is to send. */
function giveWaiter(operation: Operation<unknown>): void {
  reserveWaiter();
  operation.waiter = takeWaiter(machine.number, 0);
  selectionOf(operation).fill(operation);
}

/** The numbers below `count` in random order. */
function shuffled(count: number): number[] {
  const order: number[] = [];
  for (let index = 0; index < count; index++) {
    const other = Math.floor(Math.random() * (index + 1));
    if (other === index) order.push(index);
    else {
      order.push(order[other]!);
      order[other] = index;
    }
  }
  return order;
}

/** The locks of all objects, each once, in address order. */
function locksOf(operations: Array<Operation<unknown>>): number[] {
  const locks: number[] = [];
  for (const operation of operations) {
    const address = selectionOf(operation).lockAddress(operation);
    if (address !== 0 && !locks.includes(address)) locks.push(address);
  }
  return locks.sort((a, b) => a - b);
}

function unlockAll(locks: number[]): void {
  for (let index = locks.length - 1; index >= 0; index--) unlock(locks[index]!);
}
