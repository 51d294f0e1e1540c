/** A first-in-first-out queue in this thread's own memory: an array of a power of two entries that grows when full. */
export class Ring<T extends object> {
  private entries: Array<T | undefined> = new Array(64).fill(undefined);
  private head = 0;
  private tail = 0;

  get length(): number {
    return this.tail - this.head;
  }

  push(entry: T): void {
    if (this.tail - this.head === this.entries.length) this.grow();
    this.entries[this.tail & (this.entries.length - 1)] = entry;
    this.tail++;
  }

  shift(): T | undefined {
    if (this.head === this.tail) return undefined;
    const index = this.head & (this.entries.length - 1);
    const entry = this.entries[index];
    this.entries[index] = undefined;
    this.head++;
    return entry;
  }

  private grow(): void {
    const old = this.entries;
    const entries: Array<T | undefined> = new Array(old.length * 2).fill(undefined);
    for (let index = this.head, to = 0; index < this.tail; index++, to++) entries[to] = old[index & (old.length - 1)];
    this.tail -= this.head;
    this.head = 0;
    this.entries = entries;
  }
}
