/// <reference lib="esnext.disposable" preserve="true" />
/** What locking gives: the right to unlock, once. */
import { STAYS } from '../codec/classes.ts';

/** What `lock` gives: unlocks at the end of a `using` block, or by `unlock()`. */
export class Guard {
  private held: { unlock(): void } | null;

  constructor(held: { unlock(): void }) {
    this.held = held;
  }

  /** Unlocks; a second time does nothing. */
  unlock(): void {
    const { held } = this;
    this.held = null;
    held?.unlock();
  }

  [Symbol.dispose](): void {
    this.unlock();
  }

  /** @internal */
  get [STAYS](): string {
    return 'is the right to unlock, which stays on the thread that locked: send the lock, or unlock there';
  }
}
