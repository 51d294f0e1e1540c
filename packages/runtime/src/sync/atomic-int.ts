/** A 32-bit integer in shared memory; every operation is atomic and sequentially consistent, as in Go's `sync/atomic`. */
import { EXISTING, registerKind, SharedObject } from '../codec/handles.ts';
import { shown } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import * as atomics from '../memory/atomics.ts';
import { allocate } from '../memory/heap.ts';
import { KIND_ATOMIC } from '../memory/layout.ts';

/**
 * An integer that all threads share. Sums wrap at 32 bits. The constructor and all methods throw RangeError for what is no whole
 * number from -2^31 to 2^31 - 1. Source: Go's `sync/atomic` (`atomic.Int32`).
 *
 * @example
 * const hits = new AtomicInt();
 * go(function* () { hits.add(1); });
 */
export class AtomicInt extends SharedObject {
  constructor(initial?: number);
  /** @internal */
  constructor(address: number, existing: typeof EXISTING);
  constructor(value = 0, existing?: typeof EXISTING) {
    super(existing === EXISTING ? value : create(value));
  }

  /** The value at this moment. */
  load(): number {
    this.mustBeCurrent();
    return atomics.load(this.address);
  }

  /** Sets the value. */
  store(value: number): void {
    this.mustBeCurrent();
    atomics.store(this.address, integer(value));
  }

  /** Adds and returns the new value, as Go's `AddInt32`. */
  add(amount: number): number {
    this.mustBeCurrent();
    const delta = integer(amount);
    return (atomics.add(this.address, delta) + delta) | 0;
  }

  /** Stores a value and returns the one before. */
  swap(value: number): number {
    this.mustBeCurrent();
    return atomics.exchange(this.address, integer(value));
  }

  /**
   * Stores `replacement` if the value is `expected`; returns whether it was.
   *
   * @example
   * for (let most = peak.load(); now > most && !peak.compareAndSwap(most, now); most = peak.load());
   */
  compareAndSwap(expected: number, replacement: number): boolean {
    this.mustBeCurrent();
    const from = integer(expected);
    return atomics.compareExchange(this.address, from, integer(replacement)) === from;
  }
}

function create(initial: number): number {
  const value = integer(initial);
  requireArena();
  const block = allocate(KIND_ATOMIC, 4);
  arena.words[block] = value;
  return block;
}

function integer(value: number): number {
  if (Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff) return value;
  throw new RangeError(`AtomicInt holds whole numbers from -2147483648 to 2147483647, got ${shown(value)}`);
}

registerKind(KIND_ATOMIC, (address) => new AtomicInt(address, EXISTING));
