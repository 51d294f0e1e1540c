/**
 * Select: exactly one of several operations. Go's `selectgo` is the model; semantics of the Go specification.
 *
 *   1. Copy the values to be sent; nothing is locked yet, so an uncloneable one throws with nothing done.
 *   2. Poll the cases one by one in random order; the first that can be carried out is the hit. A random order makes the
 *      choice uniform among those that are ready.
 *   3. None, and a default: that is the hit.
 *   4. Lock all objects in address order (no two selects can wait for each other), poll once more, else enqueue a waiter
 *      in every object, all with one claim word; unlock; start timers and promises; park.
 *   5. Whoever serves one of the waiters first wins the claim word: its case is the hit. Awake, leave all other queues,
 *      then give the waiters back; another thread may look at the claim word until the last queue is left.
 */
import { requireArena, words } from '../memory/arena.ts';
import { compareExchange } from '../memory/atomics.ts';
import { lock, unlock } from '../memory/lock.ts';
import { machine, type Waiting } from '../scheduler/machine.ts';
import { Operation } from '../scheduler/operation.ts';
import { SelectableOperation } from '../scheduler/selectable.ts';
import { CASE, CLAIM, CLAIM_WORD, SLOT, UNCLAIMED } from '../scheduler/waiter.ts';

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
export function select<C extends SelectCases>(cases: C, options: { default?: boolean } = {}): Operation<SelectHit<C> | DefaultHit> {
  if (typeof cases !== 'object' || cases === null) {
    throw new TypeError(`select takes an object of operations, got ${cases === null ? 'null' : typeof cases}`);
  }
  requireArena();
  const keys: string[] = [];
  const operations: Array<SelectableOperation<unknown>> = [];
  for (const key of Object.keys(cases)) {
    const operation: unknown = cases[key];
    if (operation === null) continue;
    if (!(operation instanceof SelectableOperation)) {
      throw new TypeError(
        `select: case '${key}' is not an operation that select can drive; use ch.send(v), ch.recv(), after(ms), wait(promise), a lock or a join, or null for a case that never fires`,
      );
    }
    keys.push(key);
    operations.push(operation as SelectableOperation<unknown>);
  }
  return new SelectOperation(keys, operations, options.default === true) as unknown as Operation<SelectHit<C> | DefaultHit>;
}

interface Hit {
  key: string;
  value: unknown;
  ok?: boolean;
}

class SelectOperation extends Operation<Hit> {
  readonly reason: 'select' | 'select (no cases)';
  private readonly keys: string[];
  private readonly operations: Array<SelectableOperation<unknown>>;
  private readonly hasDefault: boolean;

  constructor(keys: string[], operations: Array<SelectableOperation<unknown>>, hasDefault: boolean) {
    super();
    this.keys = keys;
    this.operations = operations;
    this.hasDefault = hasDefault;
    this.reason = operations.length === 0 ? 'select (no cases)' : 'select';
  }

  protected begin(waiting: Waiting): boolean {
    const { operations } = this;
    const count = operations.length;
    this.prepareAll();
    if (count > 0) {
      const order = shuffled(count);
      for (let index = 0; index < count; index++) {
        const hit = order[index]!;
        if (operations[hit]!.poll()) return this.hitAtOnce(hit);
      }
      if (!this.hasDefault) {
        const hit = this.pollOrEnroll(order, waiting);
        return hit >= 0 && this.hitAtOnce(hit);
      }
    }
    if (!this.hasDefault) {
      machine.slotOf(waiting);
      return false;
    }
    this.discardAllBut(-1);
    this.value = { key: 'default', value: undefined };
    return true;
  }

  /** Copies what is to be sent. If one cannot be copied, the others are given back. */
  private prepareAll(): void {
    const { operations } = this;
    for (const operation of operations) operation.use();
    try {
      for (const operation of operations) {
        operation.prepare();
        operation.allocateWaiter();
      }
    } catch (error) {
      this.discardAllBut(-1);
      throw error;
    }
  }

  private hitAtOnce(hit: number): true {
    this.discardAllBut(hit);
    const operation = this.operations[hit]!;
    try {
      operation.conclude();
    } finally {
      operation.discard();
    }
    this.report(hit);
    return true;
  }

  /** Step 4. Returns the case that could be carried out after all, or -1 when all wait. */
  private pollOrEnroll(order: number[], waiting: Waiting): number {
    const { operations } = this;
    const slot = machine.slotOf(waiting);
    const claimWord = operations[0]!.waiter + CLAIM_WORD;
    words[claimWord] = UNCLAIMED;
    for (let index = 0; index < operations.length; index++) {
      const { waiter } = operations[index]!;
      words[waiter + SLOT] = slot;
      words[waiter + CLAIM] = claimWord;
      words[waiter + CASE] = index + 1;
    }
    const locks = lockAll(operations);
    for (const index of order) {
      if (operations[index]!.pollLocked()) {
        unlockAll(locks);
        return index;
      }
    }
    for (const operation of operations) if (operation.lockAddress !== 0) operation.enroll(waiting);
    unlockAll(locks);
    // Events of this thread cannot happen before the goroutine is parked; starting one may run a user's thenable.
    for (const operation of operations) if (operation.lockAddress === 0) operation.enroll(waiting);
    return -1;
  }

  end(): void {
    const { operations } = this;
    const hit = words[operations[0]!.waiter + CLAIM_WORD]! - 1;
    for (let index = 0; index < operations.length; index++) if (index !== hit) operations[index]!.leave();
    // The claim word lives in the first waiter: nobody looks at it any more.
    this.discardAllBut(hit);
    operations[hit]!.end();
    this.report(hit);
  }

  withdraw(): boolean {
    const { operations } = this;
    if (operations.length === 0) return true;
    const claimWord = operations[0]!.waiter + CLAIM_WORD;
    if (compareExchange(claimWord, UNCLAIMED, WITHDRAWN) !== UNCLAIMED) return false;
    for (const operation of operations) operation.leave();
    this.discardAllBut(-1);
    return true;
  }

  private discardAllBut(hit: number): void {
    const { operations } = this;
    for (let index = 0; index < operations.length; index++) if (index !== hit) operations[index]!.discard();
  }

  private report(hit: number): void {
    const operation = this.operations[hit]!;
    const key = this.keys[hit]!;
    this.value = operation.ok === undefined ? { key, value: operation.value } : { key, value: operation.value, ok: operation.ok };
  }
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

/** Takes the locks of all objects once each, in address order; returns them. */
function lockAll(operations: Array<SelectableOperation<unknown>>): number[] {
  const locks: number[] = [];
  for (const { lockAddress } of operations) if (lockAddress !== 0 && !locks.includes(lockAddress)) locks.push(lockAddress);
  locks.sort((a, b) => a - b);
  for (const address of locks) lock(address);
  return locks;
}

function unlockAll(locks: number[]): void {
  for (let index = locks.length - 1; index >= 0; index--) unlock(locks[index]!);
}
