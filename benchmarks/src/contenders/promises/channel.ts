// Go's channel for async functions of one thread: a queue of values, and queues of those who wait.

export class Channel<T> {
  readonly #capacity: number;
  readonly #values = new Queue<T>();
  readonly #receivers = new Queue<(value: T) => void>();
  readonly #senders = new Queue<{ value: T; sent: () => void }>();

  constructor(capacity = 0) {
    this.#capacity = capacity;
  }

  /** A promise only where the sender must wait, so that the caller need not await for nothing. */
  send(value: T): Promise<void> | undefined {
    const receiver = this.#receivers.take();
    if (receiver) {
      receiver(value);
      return undefined;
    }
    if (this.#values.length < this.#capacity) {
      this.#values.put(value);
      return undefined;
    }
    return new Promise((sent) => this.#senders.put({ value, sent }));
  }

  receive(): T | Promise<T> {
    const sender = this.#senders.take();
    if (this.#values.length > 0) {
      const value = this.#values.take()!;
      if (sender) this.#values.put(sender.value);
      sender?.sent();
      return value;
    }
    if (sender) {
      sender.sent();
      return sender.value;
    }
    return new Promise((received) => this.#receivers.put(received));
  }
}

/** First in, first out; the taken half is cut off now and then. */
class Queue<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  put(item: T): void {
    this.#items.push(item);
  }

  take(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
