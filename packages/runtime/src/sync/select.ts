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
 *
 * Steps 2 to 4, as far as shared memory goes, are `core/select.ts`.
 */
import { PendingValue } from '../codec/pending.ts';
import { typeName } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { compareExchange } from '../memory/atomics.ts';
import {
  RESULT_DONE,
  RESULT_WAITS,
  SELECT_CASE_WORDS,
  SELECT_CASES,
  SELECT_HIT,
  SELECT_WAITER,
  UNCLAIMED,
  WAITER_CASE,
  WAITER_CLAIM,
  WAITER_CLAIM_WORD,
} from '../memory/blocks.ts';
import { selectEnroll, selectPoll } from '../memory/core.ts';
import { wakeServed } from '../scheduler/inbox.ts';
import { machine, type Waiting } from '../scheduler/machine.ts';
import { keepOutcome } from '../scheduler/object-operation.ts';
import {
  DRIVEN,
  type Flag,
  FRESH,
  NO,
  type Op,
  Operation,
  type SelectableOperation,
  wakeWhenReady,
  YES,
} from '../scheduler/operation.ts';
import { promiseOf } from '../scheduler/promised.ts';
import { caseScratch } from '../scheduler/scratch.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';
import { reserveWaiter, spareWaiter, takeWaiter } from '../scheduler/waiter.ts';
import type { ReceiveOkOp, ReceiveOp } from './channel-operations.ts';

/** For so many there is room at once. */
const USUAL_CASES = 4;

/** What the claim word becomes when the owner itself gives the select up. */
const WITHDRAWN = -1;

/** The cases of a select, by the key that names the hit. `null` never fires, as Go's nil channel. */
export type SelectCases = Record<string, Op<any> | null>;

/** The hit of one case. Where the cases are not known by name, it may be that of a receive or of any other. */
type HitOf<K extends string, C> = string extends K
  ? { key: K; value: C extends Op<infer V> ? V : never; ok?: boolean }
  : C extends ReceiveOp<infer T>
    ? { key: K; value: T; ok: true } | { key: K; value: undefined; ok: false }
    : C extends ReceiveOkOp<infer T>
      ? { key: K; value: [value: T, ok: true]; ok: true } | { key: K; value: [value: undefined, ok: false]; ok: false }
      : C extends Op<infer V>
        ? { key: K; value: V; ok?: undefined }
        : never;

/** What a select gives: the key and the value of the case that was carried out; `ok` for receives. */
export type SelectHit<C extends SelectCases> = { [K in keyof C & string]: HitOf<K, C[K]> }[keyof C & string];

/** What a select with a default gives when no case is ready. */
export interface DefaultHit {
  key: 'default';
  value?: undefined;
  ok?: undefined;
}

/**
 * Waits until one of the cases can be carried out, carries out exactly one, chosen uniformly at random among those
 * that are ready, and gives its key and value. A goroutine's handle is a case that its end makes ready; whichever case is the
 * hit, that goroutine counts as joined, and its error is reported by nobody else. With `{ default: true }` it never waits: `{ key: 'default' }`.
 * Without any case it waits for ever.
 *
 * The values of all its sends are copied first, and what `transfer` has marked is moved then, also that of cases that are not
 * the hit.
 *
 * Throws TypeError for a case that is no operation, or one that cannot be a case; when it is driven, DataCloneError for a value
 * that cannot be copied, with nothing done, and what the hit throws (a send on a closed channel, a failed goroutine).
 *
 * Source: the Go specification, Select statements.
 *
 * @example
 * const hit = yield* select({ job: jobs.recv(), quit: quit.recv(), late: after(50) });
 * if (hit.key === 'job') console.log(hit.value);
 */
export function select<C extends SelectCases>(cases: C, options: { default: true }): Op<SelectHit<C> | DefaultHit>;
export function select<C extends SelectCases>(cases: C, options?: { default?: false }): Op<SelectHit<C>>;
export function select<C extends SelectCases>(cases: C, options?: { default?: boolean }): Op<SelectHit<C> | DefaultHit> {
  if (typeof cases !== 'object' || cases === null) {
    throw new TypeError(`select takes an object of operations, got ${typeName(cases)}`);
  }
  requireArena();
  const keys: string[] = new Array(USUAL_CASES);
  const operations: Case[] = new Array(USUAL_CASES);
  let count = 0;
  // Not by Object.keys: loads by a key that `for in` gives are fast ones.
  for (const key in cases) {
    const operation: unknown = cases[key];
    if (operation === null) continue;
    if ((operation as Partial<Case> | undefined)?.selectable !== true) {
      const what = operation instanceof Operation ? ` (${operation.reason})` : '';
      throw new TypeError(
        `select: case '${key}' is not an operation that select can drive${what}; use ch.send(v), ch.recv(), after(ms), wait(promise), a lock or a goroutine, or null for a case that never fires`,
      );
    }
    keys[count] = key;
    operations[count++] = (operation as Case).forSelect();
  }
  return new SelectOperation(keys, operations, count, options?.default === true) as Operation<any>;
}

type Case = SelectableOperation<any>;

class SelectOperation extends Operation<unknown> {
  done: Flag;
  value: unknown;
  stage: number;
  /** The first so many entries of both are the cases. */
  private readonly count: number;
  private readonly keys: string[];
  private readonly operations: Case[];
  private readonly hasDefault: boolean;
  /** The case that was carried out, once that is known. */
  private hit: number;
  /** Whether cases have waiters of their own, which are to be given back. */
  private hasWaiters: boolean;

  constructor(keys: string[], operations: Case[], count: number, hasDefault: boolean) {
    super();
    this.done = NO;
    this.value = undefined;
    this.stage = FRESH;
    this.count = count;
    this.keys = keys;
    this.operations = operations;
    this.hasDefault = hasDefault;
    this.hit = -1;
    this.hasWaiters = false;
  }

  get reason(): WaitReason {
    return this.count === 0 ? 'select (no cases)' : 'select';
  }

  override [Symbol.iterator](): Iterator<unknown, unknown, unknown> {
    if (this.stage !== FRESH) throw this.drivenTwice();
    this.stage = DRIVEN;
    return this as unknown as Iterator<unknown, unknown, unknown>;
  }

  override next(): this {
    if (this.stage !== DRIVEN) return this.resume();
    if (this.begin(this.enter())) this.done = YES;
    else machine.current!.park(this);
    return this;
  }

  begin(waiting: Waiting): boolean {
    const { operations, count } = this;
    for (let index = 0; index < count; index++) operations[index]!.use();
    if (count > 0) {
      const cases = this.describe(waiting);
      const spare = spareWaiter();
      let result = selectPoll(cases, count, spare);
      if (result === RESULT_WAITS) result = this.hasDefault ? this.nowOrNever(cases, spare) : this.nowOrLater(cases, waiting);
      if (result !== RESULT_WAITS) return this.hitAtOnce(result, cases, spare, waiting);
    }
    if (!this.hasDefault) {
      machine.slotOf(waiting);
      return false;
    }
    this.discardAllBut(-1);
    this.value = { key: 'default', value: undefined };
    return true;
  }

  /** The hit may bring a lock. */
  protected override atOnce(): Promise<unknown> {
    return promiseOf(this.value, (this.value as { value: unknown }).value);
  }

  /** Step 1: writes the cases down for the core. If a value cannot be copied, all is given back. */
  private describe(waiting: Waiting): number {
    const { operations, count } = this;
    let cases: number;
    try {
      for (let index = 0; index < count; index++) operations[index]!.prepare(waiting);
      spareWaiter();
      // Only now: copying may have run a getter, and that a select of its own, in the same words or with more of them.
      cases = caseScratch(count);
    } catch (error) {
      this.discardAllBut(-1);
      throw error;
    }
    for (let index = 0; index < count; index++) {
      const operation = operations[index]!;
      operation.describe(cases + SELECT_CASES + index * SELECT_CASE_WORDS);
      if (operation.waiter !== 0) this.hasWaiters = true;
    }
    return cases;
  }

  /** A case was carried out; what it received is in its own waiter, or in the spare. */
  private hitAtOnce(result: number, cases: number, spare: number, waiting: Waiting): boolean {
    const hit = arena.words[cases + SELECT_HIT]!;
    const operation = this.operations[hit]!;
    const received = operation.waiter === 0 ? spare : operation.waiter;
    this.hit = hit;
    if (result !== RESULT_DONE) wakeServed(result);
    try {
      operation.conclude(result, received);
    } catch (error) {
      return this.keepOrThrow(error, result, received, waiting);
    }
    if (this.hasWaiters === true) {
      if (operation.waiter !== 0) operation.discard();
      this.discardAllBut(hit);
    }
    this.report(hit);
    return true;
  }

  /** The hit has thrown this when it was concluded. What cannot be made yet is kept, and it has to wait for that. */
  private keepOrThrow(error: unknown, result: number, received: number, waiting: Waiting): boolean {
    const operation = this.operations[this.hit]!;
    this.discardAllBut(this.hit);
    if (!(error instanceof PendingValue)) {
      operation.discard();
      throw error;
    }
    keepOutcome(operation, result, received);
    wakeWhenReady(error, this, waiting);
    return false;
  }

  /** Step 3. RESULT_WAITS when at one moment no case can be carried out. */
  private nowOrNever(cases: number, spare: number): number {
    const { count } = this;
    return count === 1 ? RESULT_WAITS : selectEnroll(cases, count, spare, 0, 0);
  }

  /** Step 4. RESULT_WAITS when all cases wait. */
  private nowOrLater(cases: number, waiting: Waiting): number {
    const { operations, count } = this;
    this.hasWaiters = true;
    try {
      for (let index = 0; index < count; index++) {
        const operation = operations[index]!;
        if (operation.waiter !== 0) continue;
        reserveWaiter();
        operation.waiter = takeWaiter(machine.number, 0);
        arena.words[cases + SELECT_CASES + index * SELECT_CASE_WORDS + SELECT_WAITER] = operation.waiter;
      }
    } catch (error) {
      this.discardAllBut(-1);
      throw error;
    }
    const claimWord = operations[0]!.waiter + WAITER_CLAIM_WORD;
    const result = selectEnroll(cases, count, 0, machine.slotOf(waiting), 1);
    if (result !== RESULT_WAITS) {
      this.leaveAllBut(arena.words[cases + SELECT_HIT]!);
      return result;
    }
    // Events of this thread cannot happen before the goroutine is parked; starting one may run a user's thenable.
    for (let index = 0; index < count; index++) {
      const operation = operations[index]!;
      if (!operation.isEvent) continue;
      arena.words[operation.waiter + WAITER_CLAIM] = claimWord;
      arena.words[operation.waiter + WAITER_CASE] = index + 1;
      operation.start(waiting);
    }
    return RESULT_WAITS;
  }

  end(): boolean {
    if (this.hit < 0) {
      this.hit = arena.words[this.operations[0]!.waiter + WAITER_CLAIM_WORD]! - 1;
      this.leaveAllBut(this.hit);
      // The claim word lives in the first waiter: nobody looks at it any more.
      this.discardAllBut(this.hit);
    }
    if (!this.operations[this.hit]!.end()) return false;
    this.report(this.hit);
    return true;
  }

  override dropKept(): void {
    this.operations[this.hit]!.dropKept();
  }

  override refuse(): void {
    if (this.hit >= 0) this.operations[this.hit]!.refuse();
  }

  withdraw(): boolean {
    const { operations, count } = this;
    if (count === 0) return true;
    if (this.hit >= 0) return false; // Carried out; only its value is not there yet.
    const claimWord = operations[0]!.waiter + WAITER_CLAIM_WORD;
    if (compareExchange(claimWord, UNCLAIMED, WITHDRAWN) !== UNCLAIMED) return false;
    this.leaveAllBut(-1);
    this.discardAllBut(-1);
    return true;
  }

  override forget(): void {
    const { operations, count } = this;
    for (let index = 0; index < count; index++) operations[index]!.forget();
  }

  private leaveAllBut(hit: number): void {
    const { operations, count } = this;
    for (let index = 0; index < count; index++) if (index !== hit) operations[index]!.leave();
  }

  private discardAllBut(hit: number): void {
    const { operations, count } = this;
    for (let index = 0; index < count; index++) {
      if (index !== hit && operations[index]!.waiter !== 0) operations[index]!.discard();
    }
  }

  private report(hit: number): void {
    const operation = this.operations[hit]!;
    const key = this.keys[hit]!;
    const { value } = operation;
    this.value = operation.reportsOk ? { key, value, ok: operation.ok } : { key, value };
  }
}
