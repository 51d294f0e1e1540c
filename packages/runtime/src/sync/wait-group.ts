/**
 * WaitGroup: waits until a counter is back at zero. Semantics of Go's `sync.WaitGroup`.
 *
 * COUNT changes without the lock while it does not reach zero; the step to zero is made under LOCK together with taking
 * the waiters, so that a waiter either sees zero or stands in the list that is taken.
 */
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { SyncError } from '../errors.ts';
import { requireArena, words } from '../memory/arena.ts';
import { compareExchange, load } from '../memory/atomics.ts';
import { allocate } from '../memory/heap.ts';
import { KIND_WAIT_GROUP } from '../memory/layout.ts';
import { lock, unlock } from '../memory/lock.ts';
import { readyAll } from '../scheduler/inbox.ts';
import { objectBehaviour } from '../scheduler/object-operation.ts';
import { Operation } from '../scheduler/operation.ts';
import { dequeueAll } from '../scheduler/wait-queue.ts';
import { OUTCOME_DONE } from '../scheduler/waiter.ts';

const LOCK = 0;
/** Changed by compare-exchange; to zero only under LOCK. */
const COUNT = 1;
const WAITERS = 2;
const WAIT_GROUP_BYTES = 4 * 4;

/**
 * Waits for a number of goroutines to finish.
 *
 * @example
 * const group = new WaitGroup();
 * for (let i = 0; i < 10; i++) {
 *   group.add();
 *   go(function* () { try { work(i); } finally { group.done(); } });
 * }
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
    const group = this.address;
    for (;;) {
      const count = load(group + COUNT);
      const sum = count + amount;
      if (sum < 0)
        throw new SyncError(`negative WaitGroup counter: ${count} + ${amount}; done() was called more often than add() counted`);
      if (sum > 0x7fffffff) throw new RangeError(`WaitGroup counter out of range: ${sum}`);
      if (sum === 0 && count !== 0) {
        if (this.finishRound(count)) return;
      } else if (compareExchange(group + COUNT, count, sum) === count) {
        return;
      }
    }
  }

  /** Takes one from the counter. */
  done(): void {
    this.add(-1);
  }

  /** Waits until the counter is zero. */
  wait(): Operation<void> {
    this.mustBeCurrent();
    return new Operation<void>(WAITING, this, undefined);
  }

  private finishRound(count: number): boolean {
    const group = this.address;
    lock(group + LOCK);
    if (compareExchange(group + COUNT, count, 0) !== count) {
      unlock(group + LOCK);
      return false;
    }
    // Those who wait now are of this round; who comes while they are woken sees the counter as it is then.
    const waiters = dequeueAll(group + WAITERS, OUTCOME_DONE);
    unlock(group + LOCK);
    readyAll(waiters);
    return true;
  }
}

function createWaitGroup(): number {
  requireArena();
  const group = allocate(KIND_WAIT_GROUP, WAIT_GROUP_BYTES);
  words.fill(0, group, group + WAIT_GROUP_BYTES / 4);
  return group;
}

registerKind(KIND_WAIT_GROUP, (address) => new WaitGroup(EXISTING, address));

const WAITING = objectBehaviour({
  reason: 'wait group',
  lock: LOCK,
  queue: WAITERS,
  attempt(operation) {
    return load((operation.subject as WaitGroup).address + COUNT) === 0;
  },
  finish(operation) {
    operation.value = undefined;
  },
});
