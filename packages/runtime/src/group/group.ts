/**
 * Groups: Go's `errgroup`. Goroutines that belong together: the first error cancels the rest, and `wait` throws it.
 *
 * The block begins as a wait group, which counts those that have not ended, so waiting is the wait group's. Each goroutine has
 * a member block (`scheduler/member.ts`), which is in the list of the group's context; its end comes here, on whichever
 * thread it happens. There, in steps: (1) the first error is kept, as a reference of the goroutine that has it, and the
 * context is cancelled; (2) one that waits for the limit takes its place; (3) the count goes down, as the last step, so that who
 * waits finds everything in order.
 */
import { clear, drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { registerKind, SharedObject } from '../codec/handles.ts';
import { background, Context, withCancel } from '../context/context.ts';
import { cancelFor, enterMember } from '../context/node.ts';
import { RuntimeStateError, SyncError, shown, textOf, typeName } from '../errors.ts';
import type { AnyFunction, ResultOf } from '../go.ts';
import { arena } from '../memory/arena.ts';
import { compareExchange, load, store } from '../memory/atomics.ts';
import { GROUP_WORDS, OPERATION_WAIT } from '../memory/blocks.ts';
import { addToGroup } from '../memory/core.ts';
import { allocate, free, release, retain, setDestroyer } from '../memory/heap.ts';
import { KIND_GROUP, STOPPING } from '../memory/layout.ts';
import { lock, unlock } from '../memory/lock.ts';
import { cancel } from '../scheduler/cancel.ts';
import { completeWithError } from '../scheduler/complete.ts';
import { JOINED, LINK } from '../scheduler/goroutine.ts';
import { errorOf, type Goroutine } from '../scheduler/handle.ts';
import { readyAll } from '../scheduler/inbox.ts';
import { createMember, MEMBER_GROUP, whenMemberEnded } from '../scheduler/member.ts';
import { ObjectOperation, ObjectRules } from '../scheduler/object-operation.ts';
import type { Op } from '../scheduler/operation.ts';
import { mustBeFunction, requireThreads, spawn, submit } from '../scheduler/spawn.ts';
import { reserveWaiter } from '../scheduler/waiter.ts';

/** Guards the four words after it. */
const LIMIT_LOCK = GROUP_WORDS;
/** How many may run at one time, 0: any number. */
const LIMIT = GROUP_WORDS + 1;
/** Those that were queued and have not ended. */
const RUNNING = GROUP_WORDS + 2;
/** Those that wait for the limit, linked by LINK. */
const FIRST = GROUP_WORDS + 3;
const LAST = GROUP_WORDS + 4;
/** The goroutine whose error was the first, or 0; from 0 by compare-exchange. Owns a reference. */
const FAILED = GROUP_WORDS + 5;
/** A cell: the handle of the context. Written once. */
const CONTEXT = GROUP_WORDS + 6;
const BLOCK_WORDS = CONTEXT + 2;

/**
 * Goroutines that belong together, made by `group()`. It crosses threads by reference: its goroutines may add others. Source:
 * Go's `errgroup.Group` (golang.org/x/sync/errgroup).
 */
export class Group extends SharedObject {
  private ownContext: Context | null = null;

  /** @internal Use `group()`. */
  constructor(address: number) {
    super(address);
  }

  /** Cancelled by the first error, with that as its cause, and when `wait` is over. */
  get context(): Context {
    this.mustBeCurrent();
    this.ownContext ??= decode((this.address + CONTEXT) >> 1) as Context;
    return this.ownContext;
  }

  /**
   * Starts a goroutine of the group, as `go` does, and never waits: over the limit the goroutine is queued, and started when another one
   * has ended. It is cancelled at its wait when the group's context is; after that, new ones never run. An async function is not
   * stopped once it has begun: see `Goroutine.cancel`. An error of it is the group's: `wait` throws the first.
   *
   * Throws as `go` does.
   *
   * @example
   * all.go(function* (url) { return yield* wait(load(url)); }, 'https://example.org/');
   */
  go<F extends AnyFunction>(fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>> {
    this.mustBeCurrent();
    mustBeFunction(fn, 'group.go');
    requireThreads();
    return spawn<ResultOf<F>>(fn, args, undefined, 'group.go', (record) => {
      enter(this.address, this.context, record);
      return takesPlaceOrQueues(this.address, record);
    });
  }

  /**
   * The same, if the limit allows it now; else starts nothing and returns null. Throws as `go` does.
   *
   * @example
   * if (all.tryGo(work, job) === null) busy.push(job);
   */
  tryGo<F extends AnyFunction>(fn: F, ...args: Parameters<F>): Goroutine<ResultOf<F>> | null {
    this.mustBeCurrent();
    mustBeFunction(fn, 'group.tryGo');
    requireThreads();
    if (!takesPlace(this.address)) return null;
    let entered = false;
    try {
      return spawn<ResultOf<F>>(fn, args, undefined, 'group.tryGo', (record) => {
        enter(this.address, this.context, record);
        entered = true;
        return true;
      });
    } finally {
      if (!entered) passOnPlace(this.address);
    }
  }

  /**
   * At most so many run at one time; Infinity or a negative number for any number, which is the rule at first. Throws RangeError
   * for 0 and what is no whole number, SyncError while goroutines of the group run.
   *
   * @example
   * const all = group();
   * all.setLimit(8);
   */
  setLimit(limit: number): void {
    this.mustBeCurrent();
    const any = limit < 0 || limit === Number.POSITIVE_INFINITY;
    if (!any && !(Number.isInteger(limit) && limit > 0 && limit <= 0x7fffffff)) {
      throw new RangeError(`group.setLimit takes a whole number of at least 1, or Infinity for no limit, got ${shown(limit)}`);
    }
    const { address } = this;
    lock(address + LIMIT_LOCK);
    const running = arena.words[address + RUNNING]!;
    if (running === 0) arena.words[address + LIMIT] = any ? 0 : limit;
    unlock(address + LIMIT_LOCK);
    if (running !== 0)
      throw new SyncError(`group.setLimit while ${running} goroutines of the group run: call it before the first go`);
  }

  /**
   * Waits until all have ended, their `finally` blocks included. Throws the first error, if there was one. It leaves the context
   * cancelled, so that goroutines which are added later never run.
   *
   * @example
   * yield* all.wait();
   */
  wait(): Op<void> {
    this.mustBeCurrent();
    return new ObjectOperation<void>(WAITING, this);
  }
}

const WAITING = new ObjectRules('wait group', OPERATION_WAIT, (group: Group) => {
  const failed = load(group.address + FAILED);
  const error = failed === 0 ? undefined : errorOf(failed);
  if (failed === 0) cancelFor(group.context.channel().address, undefined);
  else throw error;
});

/**
 * Makes a group, whose context is a child of the given one. Go's `errgroup.WithContext`. Throws TypeError for what is no context.
 *
 * @example
 * const all = group();
 * for (const url of urls) {
 *   all.go(function* (address) {
 *     const answer = yield* wait(fetch(address, { signal: all.context.signal }));
 *     if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
 *   }, url);
 * }
 * yield* all.wait(); // throws the first error; the others were cancelled
 */
export function group(parent?: Context): Group {
  if (parent !== undefined && !(parent instanceof Context)) {
    throw new TypeError(`group takes a context, got ${typeName(parent)}`);
  }
  const [context] = withCancel(parent ?? background());
  const address = allocate(KIND_GROUP, BLOCK_WORDS * 4);
  arena.words.fill(0, address, address + BLOCK_WORDS);
  clear((address + CONTEXT) >> 1);
  try {
    encode(context, (address + CONTEXT) >> 1, 'make a group');
  } catch (error) {
    free(address);
    throw error;
  }
  return new Group(address);
}

setDestroyer(KIND_GROUP, (address) => {
  if (arena.words[address + FAILED] !== 0) release(arena.words[address + FAILED]!);
  drop((address + CONTEXT) >> 1);
});
registerKind(KIND_GROUP, (address) => new Group(address));

/** The goroutine, which is not queued yet, is one of the group. May throw, and then has changed nothing. */
function enter(address: number, context: Context, record: number): void {
  const done = context.channel();
  reserveWaiter(); // So that cancelling it cannot fail.
  const member = createMember(record);
  retain(address);
  arena.words[member + MEMBER_GROUP] = address;
  addToGroup(address, 1);
  store(record + JOINED, 1); // The group answers for its error.
  if (!enterMember(done.address, member)) cancel(record, done);
}

function takesPlace(address: number): boolean {
  lock(address + LIMIT_LOCK);
  const limit = arena.words[address + LIMIT]!;
  const free = limit === 0 || arena.words[address + RUNNING]! < limit;
  if (free) arena.words[address + RUNNING] = arena.words[address + RUNNING]! + 1;
  unlock(address + LIMIT_LOCK);
  return free;
}

function takesPlaceOrQueues(address: number, record: number): boolean {
  lock(address + LIMIT_LOCK);
  const limit = arena.words[address + LIMIT]!;
  const free = limit === 0 || arena.words[address + RUNNING]! < limit;
  if (free) arena.words[address + RUNNING] = arena.words[address + RUNNING]! + 1;
  else {
    arena.words[record + LINK] = 0;
    if (arena.words[address + FIRST] === 0) arena.words[address + FIRST] = record;
    else arena.words[arena.words[address + LAST]! + LINK] = record;
    arena.words[address + LAST] = record;
  }
  unlock(address + LIMIT_LOCK);
  return free;
}

/** One place is free again: for the next in line, if there is one. */
function passOnPlace(address: number): void {
  lock(address + LIMIT_LOCK);
  const next = arena.words[address + FIRST]!;
  if (next === 0) arena.words[address + RUNNING] = arena.words[address + RUNNING]! - 1;
  else arena.words[address + FIRST] = arena.words[next + LINK]!;
  unlock(address + LIMIT_LOCK);
  if (next === 0) return;
  arena.words[next + LINK] = 0;
  if (load(STOPPING) === 0) submit(next);
  else completeWithError(next, new RuntimeStateError('the runtime was stopped before this goroutine had its turn'), null);
}

whenMemberEnded(KIND_GROUP, (address, record, failed, error) => {
  if (failed && load(address + FAILED) === 0) {
    retain(record);
    if (compareExchange(address + FAILED, 0, record) === 0) cancelRest(address, error);
    else release(record);
  }
  passOnPlace(address);
  const waiters = addToGroup(address, -1);
  if (waiters !== 0) readyAll(waiters);
  release(address);
});

function cancelRest(address: number, error: unknown): void {
  const context = decode((address + CONTEXT) >> 1) as Context;
  const node = context.channel().address;
  try {
    cancelFor(node, error);
  } catch {
    cancelFor(node, textOf(error)); // It cannot be copied.
  }
}
