/**
 * Operations that begin at the call when that is in async code, as async-mutex's do: a free lock is taken, or the caller
 * stands in line, before `await`. In a goroutine they are as all operations, and begin when they are driven.
 *
 * In async code such an operation is a promise in all but its class, so it has a promise's methods, and may be awaited more
 * than once. A goroutine that is given one begun elsewhere waits for that promise.
 */
import { machine } from '../scheduler/machine.ts';
import { type Flag, FRESH, NO, type Op, Operation } from '../scheduler/operation.ts';
import { waitOperation } from '../scheduler/wait.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';

/** An operation that in async code begins at the call, and is a promise there. */
export type EagerOperation<T> = Op<T> & Promise<T>;

/** Whether the caller is async code: then what it calls begins at once. */
export function inAsyncCode(): boolean {
  return machine.current === null;
}

/**
 * Several steps that are one operation: a generator's in a goroutine, an async function's in async code. Each step is an
 * operation of its own, so a cancellation finds the goroutine there. `select` cannot drive it.
 */
export class Procedure<T> extends Operation<T> implements Promise<T> {
  done: Flag;
  value: T;
  stage: number;
  readonly reason: WaitReason;
  private readonly inGoroutine: () => Generator<unknown, T, unknown>;
  private readonly inAsyncCode: () => Promise<T>;
  private promise: Promise<T> | null;

  constructor(reason: WaitReason, inGoroutine: () => Generator<unknown, T, unknown>, inAsyncCode: () => Promise<T>) {
    super();
    this.done = NO;
    this.value = undefined as T;
    this.stage = FRESH;
    this.reason = reason;
    this.inGoroutine = inGoroutine;
    this.inAsyncCode = inAsyncCode;
    this.promise = null;
  }

  /** Begins at once in async code. */
  eagerly(): this {
    if (inAsyncCode()) this.promise = this.drive();
    return this;
  }

  override [Symbol.iterator](): Iterator<unknown, T, unknown> {
    if (this.promise !== null) return waitOperation(this.promise)[Symbol.iterator]();
    this.use();
    return this.inGoroutine();
  }

  // biome-ignore lint/suspicious/noThenProperty: an operation is awaited like a promise.
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return (this.promise ?? this.drive()).then(fulfilled, rejected);
  }

  catch<B = never>(rejected?: ((error: any) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, rejected);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return (this.promise ?? this.drive()).finally(settled);
  }

  get [Symbol.toStringTag](): string {
    return 'Operation';
  }

  override drive(): Promise<T> {
    try {
      this.use();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.inAsyncCode();
  }

  begin(): boolean {
    throw this.misuse(); // Its steps begin, not the whole.
  }

  end(): boolean {
    throw this.misuse();
  }

  withdraw(): boolean {
    return false;
  }
}
