/** Barrier: a number of goroutines wait for each other, round after round. The counting is `core/barrier.ts`. */
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { shown } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { BARRIER_PARTIES, BARRIER_WORDS, OPERATION_BARRIER } from '../memory/blocks.ts';
import { allocate } from '../memory/heap.ts';
import { KIND_BARRIER } from '../memory/layout.ts';
import { ObjectOperation, ObjectRules } from '../scheduler/object-operation.ts';
import type { Op } from '../scheduler/operation.ts';

/**
 * Lets a number of parties, on any threads, wait until all of them have come; then all go on, and the next round begins.
 *
 * Throws RangeError for a number of parties that is no whole number from 1 to 2^31 - 1.
 *
 * @example
 * const barrier = new Barrier(4);
 * for (let part = 0; part < 4; part++) {
 *   go(function* () {
 *     for (let step = 0; step < 100; step++) {
 *       compute(part, step);
 *       const { leader } = yield* barrier.wait();
 *       if (leader) report(step);
 *     }
 *   });
 * }
 */
export class Barrier extends SharedObject {
  constructor(parties: number);
  /** @internal */
  constructor(address: number, existing: typeof EXISTING);
  constructor(parties: number, existing?: typeof EXISTING) {
    super(existing === EXISTING ? parties : create(parties));
  }

  /**
   * Waits until all parties of this round have come. One of them is told to be the leader: the one that came last. Who is
   * cancelled while it waits has not come. `select` cannot drive this: a party that has come cannot go elsewhere.
   */
  wait(): Op<{ leader: boolean }> {
    this.mustBeCurrent();
    return new BarrierOperation(this);
  }
}

class BarrierOperation extends ObjectOperation<{ leader: boolean }> {
  constructor(barrier: Barrier) {
    super(WAITING, barrier);
  }

  override get selectable(): boolean {
    return false;
  }

  /** With a result it was carried out at once: this party has completed the round. */
  override conclude(result?: number): void {
    this.value = { leader: result !== undefined };
  }
}

function create(parties: number): number {
  if (!Number.isInteger(parties) || parties < 1 || parties > 0x7fffffff) {
    throw new RangeError(`a Barrier is for a whole number of parties from 1 to 2147483647, got ${shown(parties)}`);
  }
  requireArena();
  const barrier = allocate(KIND_BARRIER, BARRIER_WORDS * 4);
  arena.words.fill(0, barrier, barrier + BARRIER_WORDS);
  arena.words[barrier + BARRIER_PARTIES] = parties;
  return barrier;
}

registerKind(KIND_BARRIER, (address) => new Barrier(address, EXISTING));

const WAITING = new ObjectRules('barrier', OPERATION_BARRIER, () => undefined);
