/**
 * WaitGroup: waits until a counter is back at zero. Semantics of Go's `sync.WaitGroup`; the counting is `core/wait-group.ts`.
 */
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { SyncError, shown } from '../errors.ts';
import type { AnyFunction, ResultOf } from '../go.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { GROUP_COUNT, GROUP_WORDS, OPERATION_WAIT, RESULT_REFUSED } from '../memory/blocks.ts';
import { addToGroup } from '../memory/core.ts';
import { allocate, release, retain } from '../memory/heap.ts';
import { KIND_WAIT_GROUP } from '../memory/layout.ts';
import type { Goroutine } from '../scheduler/handle.ts';
import { readyAll } from '../scheduler/inbox.ts';
import { createMember, MEMBER_GROUP, whenMemberEnded } from '../scheduler/member.ts';
import { ObjectOperation, ObjectRules } from '../scheduler/object-operation.ts';
import type { Op } from '../scheduler/operation.ts';
import { mustBeFunction, requireThreads, spawn } from '../scheduler/spawn.ts';

/**
 * Waits for a number of goroutines to finish. Source: Go's `sync.WaitGroup`.
 *
 * @example
 * const all = new WaitGroup();
 * for (let i = 0; i < 10; i++) {
 *   all.go(function* () {
 *     work(i);
 *   });
 * }
 * yield* all.wait();
 */
export class WaitGroup extends SharedObject {
  constructor();
  /** @internal */
  constructor(existing: typeof EXISTING, address: number);
  constructor(existing?: typeof EXISTING, address = 0) {
    super(existing === EXISTING ? address : createWaitGroup());
  }

  /**
   * Adds to the counter; at zero, all who wait go on. Throws SyncError when it would become negative, RangeError for what is no
   * whole number or when it would exceed 2^31 - 1; changes nothing then.
   *
   * @example
   * all.add(4);
   */
  add(amount = 1): void {
    this.mustBeCurrent();
    if (!Number.isInteger(amount)) throw new RangeError(`WaitGroup.add takes a whole number, got ${shown(amount)}`);
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

  /**
   * Takes one from the counter. Throws SyncError when that is zero already.
   *
   * @example
   * all.done();
   */
  done(): void {
    this.add(-1);
  }

  /**
   * Starts a goroutine, as `go` does, that is counted until its end, however it ends. Go's `WaitGroup.Go`. An error of it is
   * one that nobody joined, unless its handle is. Throws as `go` does.
   *
   * @example
   * const all = new WaitGroup();
   * for (const job of jobs) all.go(work, job);
   * yield* all.wait();
   */
  go<F extends AnyFunction>(fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>> {
    this.mustBeCurrent();
    mustBeFunction(fn, 'WaitGroup.go');
    requireThreads();
    return spawn<ResultOf<F>>(fn, args, undefined, 'WaitGroup.go', (record) => {
      this.add();
      try {
        arena.words[createMember(record) + MEMBER_GROUP] = this.address;
      } catch (error) {
        this.done();
        throw error;
      }
      retain(this.address);
      return true;
    });
  }

  /**
   * Waits until the counter is zero.
   *
   * @example
   * yield* all.wait();
   */
  wait(): Op<void> {
    this.mustBeCurrent();
    return new ObjectOperation<void>(WAITING, this);
  }
}

function createWaitGroup(): number {
  requireArena();
  const group = allocate(KIND_WAIT_GROUP, GROUP_WORDS * 4);
  arena.words.fill(0, group, group + GROUP_WORDS);
  return group;
}

registerKind(KIND_WAIT_GROUP, (address) => new WaitGroup(EXISTING, address));

whenMemberEnded(KIND_WAIT_GROUP, (group) => {
  const waiters = addToGroup(group, -1); // Refused if somebody has called `done` too often.
  if (waiters > 0) readyAll(waiters);
  release(group);
});

const WAITING = new ObjectRules('wait group', OPERATION_WAIT, () => undefined);
