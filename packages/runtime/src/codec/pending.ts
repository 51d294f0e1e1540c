/**
 * What a decode throws when a part of the value is not on this thread yet, such as a function whose module has to be
 * loaded. The cell is untouched: wait for `ready`, then decode again.
 */
export class PendingValue extends Error {
  override readonly name = 'PendingValue';
  readonly ready: Promise<unknown>;

  constructor(message: string, ready: Promise<unknown>) {
    super(message);
    this.ready = ready;
    // Whoever waits for it hears of a failure; who decodes again instead, or does not wait, need not.
    ready.catch(() => undefined);
  }
}
