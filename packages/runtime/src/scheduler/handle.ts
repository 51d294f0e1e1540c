/** The handle of a goroutine, and joining one. A handle owns one reference of its record. */
import { decode } from '../codec/decode.ts';
import { registerKind, SharedObject } from '../codec/handles.ts';
import { PendingValue } from '../codec/pending.ts';
import { ReferencePages } from '../codec/reference-pages.ts';
import { ArenaExhaustedError } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { load, store } from '../memory/atomics.ts';
import { OPERATION_JOIN } from '../memory/blocks.ts';
import { KIND_GOROUTINE } from '../memory/layout.ts';
import { cancel } from './cancel.ts';
import type { LocalOutcome } from './complete.ts';
import { DONE, FAILED, isErrorLost, JOINED, numberOfRecord, RESULT, STATUS, STATUS_NAMES } from './goroutine.ts';
import { ObjectOperation, ObjectRules } from './object-operation.ts';
import type { Op, Operation, SelectableOperation } from './operation.ts';
import { promiseOf } from './promised.ts';

/** Most handles are dropped unused, and the record of one that has ended is small. */
const pages = new ReferencePages(64);

/**
 * A goroutine, as those see it who started it or got its handle.
 *
 * It is itself an operation that joins the goroutine: `yield* handle` inside a goroutine and `await handle` in async
 * code give its result, or throw its error.
 *
 * @example
 * const answer = go(function* () { return 6 * 7; });
 * console.log(yield* answer); // 42
 */
export class Goroutine<R> extends SharedObject implements Op<R> {
  /** @internal */
  constructor(record: number, owned: boolean) {
    super(record, owned ? pages : null);
  }

  /** The goroutine's number, unique in this process. */
  get id(): number {
    return numberOfRecord(this.address);
  }

  /**
   * What it is about at this moment: `runnable` (not begun, or about to go on), `running`, `waiting`, `done`, or `failed` when
   * it has thrown.
   */
  get status(): (typeof STATUS_NAMES)[number] {
    return STATUS_NAMES[load(this.address + STATUS)]!;
  }

  /**
   * Waits for the end; gives the result or throws the error. Any number of goroutines may join, on any thread, at any time.
   *
   * Throws CanceledError when it was cancelled, ThreadLostError when its thread has ended, RuntimeStateError when the runtime was
   * stopped; what it has thrown else.
   *
   * @example
   * const worker = go(function* () { return 42; });
   * console.log(yield* worker.join()); // as `yield* worker`
   */
  join(): Op<R> {
    return this.joining();
  }

  /**
   * Cancels the goroutine: at the wait it is in, or at its next one, it finds a CanceledError thrown, and its `finally`
   * blocks run. Its joiners get that error unless it ends otherwise. Nothing happens when it has ended. The reason is
   * copied; it becomes the error's message and cause. Of an error with a function or another part for which its thread would have
   * to wait, class, name, message, code and stack are left. One that has not begun never runs.
   *
   * It does not end an async function that has begun, which has no place where it could be stopped: only a context or
   * AbortSignal that the function looks at itself does. So it is for whoever cancels by a context, a signal or a group.
   *
   * Throws DataCloneError when the reason is not an error and cannot be copied, or not without waiting; nothing is cancelled then.
   *
   * @example
   * const worker = go(function* () { yield* sleep(60_000); });
   * worker.cancel('not needed any more');
   */
  cancel(reason?: unknown): void {
    this.mustBeCurrent();
    cancel(this.address, reason);
  }

  /** @internal A case of `select` that joins it. */
  get selectable(): boolean {
    return true;
  }

  /** @internal */
  forSelect(): SelectableOperation<R> {
    return this.joining();
  }

  /** @internal As `join`; it answers for the goroutine's error. */
  joining(): SelectableOperation<R> {
    this.mustBeCurrent();
    store(this.address + JOINED, 1);
    return joinOperation<R>(this);
  }

  [Symbol.iterator](): Iterator<unknown, R, unknown> {
    return this.join()[Symbol.iterator]();
  }

  // biome-ignore lint/suspicious/noThenProperty: a handle is awaited like a promise.
  then<A = R, B = never>(
    fulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    rejected?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.mustBeCurrent();
    return this.promised().then(fulfilled, rejected);
  }

  /** @internal Of one that has ended: gives its result, or throws its error. */
  result(): R {
    if (arena.words[this.address + STATUS] === FAILED) throw errorOf(this.address);
    return decode((this.address + RESULT) >> 1) as R;
  }

  /** Of one that has ended nothing needs to be driven, and of one that has not failed, nobody need be told that it is joined. */
  private promised(): Promise<R> {
    const status = load(this.address + STATUS);
    if (status < DONE) return this.joining().drive();
    if (status === FAILED) store(this.address + JOINED, 1);
    try {
      return promiseOf(this.result());
    } catch (error) {
      return error instanceof PendingValue ? this.joining().drive() : Promise.reject(error);
    }
  }
}

/** The handle of a goroutine of this thread, on this thread: its result is not copied. */
export class LocalGoroutine<R> extends Goroutine<R> {
  private readonly outcome: LocalOutcome;

  /** @internal */
  constructor(record: number, outcome: LocalOutcome) {
    super(record, true);
    this.outcome = outcome;
  }

  override result(): R {
    const { settled, failed, value } = this.outcome;
    if (!settled) return super.result();
    if (failed) throw value;
    return value as R;
  }
}

/** What users know is the one class. */
Object.defineProperty(LocalGoroutine, 'name', { value: Goroutine.name });

const JOIN = new ObjectRules('goroutine join', OPERATION_JOIN, resultOf);

/** As `join`; reports do not speak of it, since the main goroutine is in them. */
export function mainEnds<R>(handle: Goroutine<R>): Operation<R> {
  store(handle.address + JOINED, 1);
  return new ObjectOperation<R>(MAIN_ENDS, handle);
}

const MAIN_ENDS = new ObjectRules('end of main', OPERATION_JOIN, resultOf);

function resultOf(handle: Goroutine<unknown>): unknown {
  return handle.result();
}

/** Waits for the end of a goroutine without answering for its error, as `join` does. */
export function joinOperation<R>(handle: Goroutine<R>): ObjectOperation<R> {
  return new ObjectOperation<R>(JOIN, handle);
}

const END = new ObjectRules('goroutine join', OPERATION_JOIN, () => undefined);

/** Waits for the end of a goroutine without a look at what it gives, which is there for those who join it. */
export function endOperation(handle: Goroutine<unknown>): ObjectOperation<void> {
  return new ObjectOperation<void>(END, handle);
}

/** The error of a goroutine that has failed. */
export function errorOf(record: number): unknown {
  if (isErrorLost(record)) {
    return new ArenaExhaustedError(
      'a goroutine failed because shared memory was full, and its error did not fit in either. Raise heapBytes with runtime.configure(), or keep fewer goroutines, channels and values in flight.',
    );
  }
  return decode((record + RESULT) >> 1);
}

registerKind(KIND_GOROUTINE, (record) => new Goroutine(record, false));
