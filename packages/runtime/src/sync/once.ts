/** Once: a function that is run by one goroutine, whoever comes first. Go's `sync.Once`; the states are `core/once.ts`. */
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { ONCE_DONE, ONCE_FRESH, ONCE_RUNNER, ONCE_WORDS, OPERATION_ONCE } from '../memory/blocks.ts';
import { enterOnce, finishOnce } from '../memory/core.ts';
import { allocate } from '../memory/heap.ts';
import { KIND_ONCE } from '../memory/layout.ts';
import { currentHolder } from '../scheduler/holder.ts';
import { wakeServed } from '../scheduler/inbox.ts';
import { ObjectOperation, ObjectRules } from '../scheduler/object-operation.ts';
import type { Op } from '../scheduler/operation.ts';
import { type Callback, callInAsyncCode, callInGoroutine, mustBeCallback } from './callback.ts';
import { Procedure } from './eager.ts';

/**
 * Does something once, however many goroutines and threads ask for it. Source: Go's `sync.Once`.
 *
 * @example
 * const ready = new Once();
 * go(function* () {
 *   yield* ready.do(function* () { yield* wait(prepare()); });
 *   // prepared, by this goroutine or another
 * });
 */
export class Once extends SharedObject {
  constructor();
  /** @internal */
  constructor(existing: typeof EXISTING, address: number);
  constructor(existing?: typeof EXISTING, address = 0) {
    super(existing === EXISTING ? address : create());
  }

  /**
   * The first who drives this runs the function, in its own goroutine or async code; all others wait until that has ended,
   * and never run theirs. The function may be plain, async or a generator function. If it throws, the first gets the error,
   * and it counts as done all the same, as Go's does when it panics. A function that drives `do` of the same Once waits for
   * itself. `select` cannot drive it. Throws TypeError for what is no function.
   *
   * @example
   * await ready.do(async () => { await prepare(); });
   */
  do(fn: Callback<[], unknown>): Op<void> {
    this.mustBeCurrent();
    mustBeCallback(fn, 'Once.do');
    const { address } = this;
    const once = this;
    return new Procedure<void>(
      'once',
      function* () {
        once.mustBeCurrent();
        const before = enterOnce(address);
        if (before === ONCE_DONE) return;
        if (before !== ONCE_FRESH) return yield* new ObjectOperation<void>(WAITING, once);
        arena.words[address + ONCE_RUNNER] = currentHolder();
        try {
          yield* callInGoroutine(fn);
        } finally {
          once.finish();
        }
      },
      async () => {
        once.mustBeCurrent();
        const before = enterOnce(address);
        if (before === ONCE_DONE) return;
        if (before !== ONCE_FRESH) return await new ObjectOperation<void>(WAITING, once).then();
        try {
          await callInAsyncCode(fn);
        } finally {
          once.finish();
        }
      },
    );
  }

  /** Unless its runtime was left meanwhile. */
  private finish(): void {
    if (this.isCurrent()) wakeServed(finishOnce(this.address));
  }
}

function create(): number {
  requireArena();
  const once = allocate(KIND_ONCE, ONCE_WORDS * 4);
  arena.words.fill(0, once, once + ONCE_WORDS);
  return once;
}

registerKind(KIND_ONCE, (address) => new Once(EXISTING, address));

const WAITING = new ObjectRules('once', OPERATION_ONCE, () => undefined);
