/// <reference lib="esnext.disposable" preserve="true" />
/** What locking gives: the right to unlock, once. */

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
}
