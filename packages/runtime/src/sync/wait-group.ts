/**
 * WaitGroup: waits until a counter is back at zero. Semantics of Go's `sync.WaitGroup`; the counting is `core/wait-group.ts`.
 */
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { SyncError } from '../errors.ts';
import type { ResultOf } from '../go.ts';
import { requireArena, words } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { GROUP_COUNT, GROUP_WORDS, OPERATION_WAIT, RESULT_REFUSED } from '../memory/blocks.ts';
import { addToGroup } from '../memory/core.ts';
import { allocate } from '../memory/heap.ts';
import { KIND_WAIT_GROUP } from '../memory/layout.ts';
import type { Goroutine } from '../scheduler/handle.ts';
import { readyAll } from '../scheduler/inbox.ts';
import { ObjectOperation, ObjectRules } from '../scheduler/object-operation.ts';
import type { Operation } from '../scheduler/operation.ts';
import { requireThreads, spawn } from '../scheduler/spawn.ts';

/**
 * Waits for a number of goroutines to finish.
 *
 * @example
 * const group = new WaitGroup();
 * for (let i = 0; i < 10; i++) {
 *   group.add();
 *   go(function* () { try { work(i); } finally { group.done(); } });
 * }
 * group.go(() => work(10)); // in one
 * yield* group.wait();
 */
export class WaitGroup extends SharedObject {
  constructor();
  /** @internal */
  constructor(existing: typeof EXISTING, address: number);
  constructor(existing?: typeof EXISTING, address = 0) {
    super(existing === EXISTING ? address : createWaitGroup());
  }

  /** Adds to the counter; at zero, all who wait go on. Throws SyncError when it would become negative, and changes nothing then. */
  add(amount = 1): void {
    this.mustBeCurrent();
    if (!Number.isInteger(amount)) throw new RangeError(`WaitGroup.add takes a whole number, got ${String(amount)}`);
    const waiters = amount === (amount | 0) ? addToGroup(this.address, amount) : RESULT_REFUSED;
    if (waiters === RESULT_REFUSED) throw this.refused(amount);
    if (waiters !== 0) readyAll(waiters);
  }

  private refused(amount: number): Error {
    const count = load(this.address + GROUP_COUNT);
    return amount < 0
      ? new SyncError(`negative WaitGroup counter: ${count} + ${amount}; done() was called more often than add() counted`)
      : new RangeError(`WaitGroup counter out of range: ${count + amount}`);
  }

  /** Takes one from the counter. */
  done(): void {
    this.add(-1);
  }

  /**
   * Starts a goroutine as `go` does, and counts it until it has ended, however it ends. Throws as `go` does, and counts
   * nothing then.
   *
   * @example
   * for (const name of names) group.go(function* () { yield* wait(load(name)); });
   * yield* group.wait();
   */
  go<F extends (...args: any[]) => unknown>(fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>> {
    if (typeof fn !== 'function') throw new TypeError(`WaitGroup.go takes a function, got ${fn === null ? 'null' : typeof fn}`);
    requireThreads();
    this.add(1);
    try {
      return spawn<ResultOf<F>>(fn, args, undefined, 'WaitGroup.go', { group: this.address });
    } catch (error) {
      this.done();
      throw error;
    }
  }

  /** Waits until the counter is zero. */
  wait(): Operation<void> {
    this.mustBeCurrent();
    return new ObjectOperation<void>(WAITING, this);
  }
}

function createWaitGroup(): number {
  requireArena();
  const group = allocate(KIND_WAIT_GROUP, GROUP_WORDS * 4);
  words.fill(0, group, group + GROUP_WORDS);
  return group;
}

registerKind(KIND_WAIT_GROUP, (address) => new WaitGroup(EXISTING, address));

const WAITING = new ObjectRules('wait group', OPERATION_WAIT, () => undefined);
