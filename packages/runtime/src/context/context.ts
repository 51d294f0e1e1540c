/**
 * Contexts: Go's `context` package. What a piece of work may take in time, and what it takes along, as one object that all
 * threads share: cancelled on one, it is seen on all.
 *
 * A context is a node, which can be cancelled (`node.ts`), and a chain of values, each of which has a block: its own key and
 * value, and the handle of the one before. All words are written once.
 */
import { clear, drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode, encodeAtOnce } from '../codec/encode.ts';
import { OBJECT_OF_FUNCTION, registerKind, SharedObject } from '../codec/handles.ts';
import { CanceledError, shown, textOf, typeName } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { allocate, free, setDestroyer } from '../memory/heap.ts';
import { KIND_CONTEXT } from '../memory/layout.ts';
import { HIGH_CONSTANT } from '../memory/tags.ts';
import { sharedNow } from '../scheduler/timers.ts';
import type { RecvChan } from '../sync/channel.ts';
import { mindDeadline, startDeadline } from './deadline.ts';
import { keyText } from './key.ts';
import { cancelFor, createNode, type Done, errorOf, isCanceled, NODE_DEADLINE, NODE_DUE } from './node.ts';
import { causeOf, signalOf } from './watch.ts';

/** Cells: the handle of the node; the handle of the context that has the next value, or undefined; key and value, if it has its own. */
const NODE = 0;
const REST = 2;
const KEY = 4;
const VALUE = 6;
const CONTEXT_WORDS = 8;

/** What may be the key of a value: it is the same on every thread. */
export type ContextKey = string | number | symbol;

/**
 * Cancels a context, and all that were made of it, on every thread; the first call counts. The reason is copied: it becomes
 * the error's message and cause, and the reason of the context's AbortSignals. Every thread has it without waiting: of an error with
 * a function or another part for which that cannot be, class, name, message, code and stack are left; another such
 * reason throws a DataCloneError, and nothing is cancelled. The function itself can be sent to other threads. Source: Go's
 * `context.CancelCauseFunc`.
 */
export type CancelFunction = (reason?: unknown) => void;

/**
 * When to give up, and values that go with a request: made by `background`, `withCancel`, `withTimeout`, `withDeadline`,
 * `withValue` or `fromSignal`, handed on as an argument. It crosses threads by reference. Source: Go's `context.Context`.
 *
 * @example
 * const [ctx, cancel] = withTimeout(background(), 100);
 * go(function* () {
 *   const hit = yield* select({ job: jobs.recv(), over: ctx.done.recv() });
 *   if (hit.key === 'over') console.log(ctx.err?.message); // context deadline exceeded
 * });
 */
export class Context extends SharedObject {
  private node: Done | null = null;
  private error: CanceledError | null = null;
  private cancelFunction: CancelFunction | null = null;

  /** @internal Made by the functions of this file. */
  constructor(address: number) {
    super(address);
  }

  /** Closed when the context is cancelled: for a case of `select`, or to wait for it. That of `background()` never is. */
  get done(): RecvChan<never> {
    return this.channel();
  }

  /** @internal */
  channel(): Done {
    this.mustBeCurrent();
    this.node ??= decode((this.address + NODE) >> 1) as Done;
    return this.node;
  }

  /**
   * Why the context is over: a CanceledError, or a DeadlineExceededError when its time was up; undefined while it is not. What was given to
   * `cancel` is the error's cause, or the error itself if it is one of the two.
   */
  get err(): CanceledError | undefined {
    const node = this.channel().address;
    mindDeadline(node);
    if (!isCanceled(node)) return undefined;
    this.error ??= errorOf(node);
    return this.error;
  }

  /** What was given to `cancel`, or else `err`; undefined while the context is not over. Go's `context.Cause`. */
  get cause(): unknown {
    const error = this.err;
    return error === undefined ? undefined : causeOf(this.channel().address);
  }

  /** When its time is up, or undefined. */
  get deadline(): Date | undefined {
    const deadline = arena.cells[(this.channel().address + NODE_DEADLINE) >> 1]!;
    return deadline === Number.POSITIVE_INFINITY ? undefined : new Date(deadline);
  }

  /**
   * An AbortSignal of this thread, for `fetch` and everything else that takes one: aborted when the context is cancelled,
   * with `cause` as its reason. On the thread that cancels at once, on others when they come to their loop. It is kept until
   * then.
   */
  get signal(): AbortSignal {
    this.mustBeCurrent();
    return signalOf(this.channel());
  }

  /** A copy of the value that goes with the key, of this context or the nearest one that it was made of; undefined if none. Throws TypeError for what cannot be a key. */
  value<T = unknown>(key: ContextKey): T | undefined {
    this.mustBeCurrent();
    const wanted = keyText('ctx.value', key);
    for (let context = this.address; context !== 0; context = arena.words[context + REST]!) {
      if (decode((context + KEY) >> 1) === wanted) return decode((context + VALUE) >> 1) as T;
    }
    return undefined;
  }

  /** @internal The right to cancel it is a function of its own. */
  override toFunction(): CancelFunction {
    if (this.cancelFunction === null) {
      const cancel: CancelFunction = (reason) => {
        this.mustBeCurrent();
        cancelFor(this.channel().address, reason);
      };
      this.cancelFunction = Object.defineProperty(cancel, OBJECT_OF_FUNCTION, { value: this });
    }
    return this.cancelFunction;
  }
}

/** `rest` is the context that has the values, if any. Throws as `encode` does, and nothing is held then. */
function createContext(node: Done, rest: Context | null, key?: string, value?: unknown): Context {
  const context = allocate(KIND_CONTEXT, CONTEXT_WORDS * 4);
  for (const cell of [NODE, REST, KEY, VALUE]) clear((context + cell) >> 1);
  try {
    if (key !== undefined) encodeAtOnce(value, (context + VALUE) >> 1, 'keep a value in a context');
    encode(key, (context + KEY) >> 1, 'keep a value in a context');
    encode(node, (context + NODE) >> 1, 'make a context');
    if (rest !== null) encode(rest, (context + REST) >> 1, 'make a context');
  } catch (error) {
    dropCells(context);
    free(context);
    throw error;
  }
  return new Context(context);
}

function dropCells(context: number): void {
  for (const cell of [NODE, REST, KEY, VALUE]) drop((context + cell) >> 1);
}

setDestroyer(KIND_CONTEXT, dropCells);
registerKind(KIND_CONTEXT, (address) => new Context(address));

/** The context whose values a child of `parent` has: a context without any is passed over. */
function valuesOf(parent: Context): Context | null {
  if (arena.words[parent.address + KEY + 1] !== HIGH_CONSTANT) return parent;
  return arena.words[parent.address + REST] === 0 ? null : (decode((parent.address + REST) >> 1) as Context);
}

let root: Context | null = null;

/**
 * The context that is never cancelled and has no values: what all others are made of. Source: Go's `context.Background`.
 *
 * @example
 * const [ctx, cancel] = withCancel(background());
 */
export function background(): Context {
  requireArena();
  if (root === null || !root.isCurrent()) {
    root = createContext(createNode(null, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, true), null);
  }
  return root;
}

/**
 * A context that is cancelled by its function, or with its parent. Call the function when the work is over, as in Go: until then,
 * what waits for the context is kept. Throws TypeError for a parent that is no context. Source: Go's `context.WithCancelCause`.
 *
 * @example
 * const [ctx, cancel] = withCancel(background());
 * go(worker, ctx);
 * cancel('not needed any more');
 */
export function withCancel(parent: Context): [ctx: Context, cancel: CancelFunction] {
  mustBeContext('withCancel', parent);
  return limited(parent, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
}

/**
 * A context that is cancelled after so many milliseconds, too; at once when they are 0 or less. Its timer is one of the calling
 * thread, is work that keeps the process alive, and is removed when the context is cancelled. Throws RangeError for what is no
 * number, TypeError for a parent that is no context. Source: Go's `context.WithTimeout`.
 *
 * @example
 * const [ctx, cancel] = withTimeout(background(), 1000);
 * try {
 *   yield* wait(fetch(url, { signal: ctx.signal }));
 * } finally {
 *   cancel();
 * }
 */
export function withTimeout(parent: Context, milliseconds: number): [ctx: Context, cancel: CancelFunction] {
  mustBeContext('withTimeout', parent);
  if (typeof milliseconds !== 'number' || Number.isNaN(milliseconds)) {
    throw new RangeError(`withTimeout takes milliseconds as a number, got ${shown(milliseconds)}`);
  }
  return limited(parent, Date.now() + milliseconds, sharedNow() + milliseconds);
}

/**
 * A context that is cancelled at a time, too, given as a Date or in milliseconds since 1970. Otherwise as `withTimeout`. Throws
 * RangeError for what is neither, TypeError for a parent that is no context. Source: Go's `context.WithDeadline`.
 *
 * @example
 * const [ctx, cancel] = withDeadline(background(), new Date(Date.now() + 60_000));
 */
export function withDeadline(parent: Context, deadline: Date | number): [ctx: Context, cancel: CancelFunction] {
  mustBeContext('withDeadline', parent);
  const time = deadline instanceof Date ? deadline.getTime() : deadline;
  if (typeof time !== 'number' || Number.isNaN(time)) {
    throw new RangeError(`withDeadline takes a Date, or milliseconds since 1970, got ${shown(deadline)}`);
  }
  return limited(parent, time, sharedNow() + time - Date.now());
}

/** Of its own deadline and its parent's the earlier one holds. */
function limited(parent: Context, deadline: number, due: number): [ctx: Context, cancel: CancelFunction] {
  const above = parent.channel();
  const inherited = arena.cells[(above.address + NODE_DUE) >> 1]!;
  const own = due < inherited;
  const node = createNode(above, own ? deadline : arena.cells[(above.address + NODE_DEADLINE) >> 1]!, own ? due : inherited);
  const context = createContext(node, valuesOf(parent));
  if (own) {
    mindDeadline(node.address);
    if (!isCanceled(node.address)) startDeadline(node);
  }
  return [context, context.toFunction()];
}

/**
 * A context with a value more, for what goes with a request through all layers. Key and value are seen on all threads: the
 * value is copied, now and with each `ctx.value(key)`; keys compare by value, and are strings, numbers or symbols of `Symbol.for`.
 *
 * Throws TypeError for another key or a parent that is no context, DataCloneError for a value that cannot be copied, or that a
 * thread could not have without waiting: with a function, which must be loaded there first, or a Blob, a key or something moved,
 * which is posted there. Proxies can be kept. Source: Go's `context.WithValue`.
 *
 * @example
 * const ctx = withValue(background(), 'request', { id: 7 });
 * console.log(ctx.value('request')); // { id: 7 }
 */
export function withValue(parent: Context, key: ContextKey, value: unknown): Context {
  mustBeContext('withValue', parent);
  return createContext(parent.channel(), valuesOf(parent), keyText('withValue', key), value);
}

/** Signals of this thread, and the context that each has. */
const bySignal = new WeakMap<AbortSignal, Context>();

/**
 * The context of an AbortSignal: cancelled when that is aborted, with its reason as the cause. The same one for each call with the
 * same signal, so a signal that lives long gets one listener. Throws TypeError for what is no AbortSignal.
 *
 * @example
 * const [ctx, cancel] = withTimeout(fromSignal(request.signal), 500);
 */
export function fromSignal(signal: AbortSignal): Context {
  if (!(signal instanceof AbortSignal)) {
    throw new TypeError('fromSignal takes an AbortSignal, as of an AbortController');
  }
  const known = bySignal.get(signal);
  if (known?.isCurrent()) return known;
  requireArena();
  const node = createNode(null, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const context = createContext(node, null);
  const abort = (): void => {
    if (!node.isCurrent()) return;
    try {
      cancelFor(node.address, signal.reason);
    } catch {
      // It cannot be copied: at least what it says.
      cancelFor(node.address, new CanceledError(`context canceled: ${textOf(signal.reason)}`));
    }
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  bySignal.set(signal, context);
  return context;
}

function mustBeContext(api: string, parent: unknown): void {
  if (parent instanceof Context) return;
  throw new TypeError(`${api} takes a context first, such as background(), got ${typeName(parent)}`);
}
