/**
 * A node: what can be cancelled of a context. It is the context's `done` channel, with more words behind it, so that who
 * holds only the channel keeps everything that may close it. Contexts made by `withValue` share the node of their parent.
 *
 * The tree. A node owns a reference of its parent. The parent has its children in a list, without references: a child
 * that nobody holds any more leaves the list by itself, under the parent's lock, before its block is given back; so under that
 * lock everything in the list is still there, and a child is taken over only if its count is not zero yet. Goroutines that
 * a context cancels are in another list, by their member blocks (`scheduler/member.ts`), in the same way.
 *
 * Cancelling, on any thread, in steps:
 *   1. Under the node's lock STATE leaves LIVE, by the first who comes, and the cause is put down.
 *   2. The node leaves its parent's list.
 *   3. `done` is closed: whoever waits goes on.
 *   4. Threads that have something of their own to do (a timer, an AbortSignal) are told: `watch.ts`.
 *   5. Members and children are taken out one by one, and cancelled in turn.
 * No child is missed: one is put into the list under the lock, if STATE is LIVE; else it is cancelled by who makes it. Every
 * step but the first may come late for somebody who looks at another part of the tree, as in Go.
 */
import { clear, drop, move } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { EXISTING, proxyOf, registerKind } from '../codec/handles.ts';
import { ArenaExhaustedError, CanceledError, DeadlineExceededError, textOf } from '../errors.ts';
import { arena, requireArena } from '../memory/arena.ts';
import { load, store } from '../memory/atomics.ts';
import { CHANNEL_WORDS } from '../memory/blocks.ts';
import { closeChannel } from '../memory/core.ts';
import { allocate, generationOf, release, retain, retainLiving, setDestroyer, withReserve } from '../memory/heap.ts';
import { KIND_DONE, MAXIMUM_MACHINES } from '../memory/layout.ts';
import { lock, unlock } from '../memory/lock.ts';
import { HIGH_HANDLE } from '../memory/tags.ts';
import { cancel, encodeReason, whenCanceledByContext } from '../scheduler/cancel.ts';
import { readyAll } from '../scheduler/inbox.ts';
import { machine } from '../scheduler/machine.ts';
import { MEMBER_LINKS, MEMBER_NODE, MEMBER_RECORD, whenMemberLeaves } from '../scheduler/member.ts';
import { sendScratch } from '../scheduler/scratch.ts';
import { reserveWaiter } from '../scheduler/waiter.ts';
import { Chan } from '../sync/channel.ts';
import { dropEnd, initializeEnd } from '../sync/channel-end.ts';

/** Guards STATE, CAUSE, WATCHERS, both lists, and the links of those in them. */
const NODE_LOCK = CHANNEL_WORDS;
/** LIVE, or why it was cancelled; with INHERITED added the cause is the parent's. */
const NODE_STATE = NODE_LOCK + 1;
/** Cells: the cause, and the handle of the parent (undefined at a root). The second is written once. */
const NODE_CAUSE = NODE_LOCK + 2;
const NODE_PARENT = NODE_LOCK + 4;
/** Three words: its links in the parent's list, next and previous, and whether it is in there; under the parent's lock. */
const NODE_LINKS = NODE_LOCK + 6;
const NODE_CHILDREN = NODE_LOCK + 9;
const NODE_MEMBERS = NODE_LOCK + 10;
/** Machine + 1 of the one whose timer it is that cancels it, or 0; see `deadline.ts`. */
export const NODE_TIMER = NODE_LOCK + 11;
/** 64-bit floats: the deadline in ms since 1970, and in ms of the clock that all threads share. Written once. */
export const NODE_DEADLINE = NODE_LOCK + 12;
export const NODE_DUE = NODE_LOCK + 14;
/** Bit set of the machines to be told. */
const NODE_WATCHERS = NODE_LOCK + 16;
const WATCHER_WORDS = MAXIMUM_MACHINES / 32;
/** 1: nobody can cancel it, so nobody enters its lists. */
const NODE_ETERNAL = NODE_WATCHERS + WATCHER_WORDS;
const NODE_WORDS = NODE_ETERNAL + 1;

const LIVE = 0;
export const CANCELED = 1;
export const DEADLINE_EXCEEDED = 2;
/** Added to the state of a node that was cancelled with its parent, which keeps the cause. */
const INHERITED = 4;

export type Done = Chan<never>;

/** Tells a thread that watches a node which was cancelled. `watch.ts` sets it. */
let tell: (number: number, node: number) => void = () => undefined;

export function whenWatchedIsCanceled(callback: (number: number, node: number) => void): void {
  tell = callback;
}

/** A node that nobody has cancelled. With a parent it is in its list, or cancelled at once. Throws ArenaExhaustedError. */
export function createNode(parent: Done | null, deadline: number, due: number, eternal = false): Done {
  requireArena();
  const node = allocate(KIND_DONE, NODE_WORDS * 4);
  arena.words.fill(0, node, node + NODE_WORDS);
  initializeEnd(node);
  arena.cells[(node + NODE_DEADLINE) >> 1] = deadline;
  arena.cells[(node + NODE_DUE) >> 1] = due;
  arena.words[node + NODE_ETERNAL] = eternal ? 1 : 0;
  clear((node + NODE_CAUSE) >> 1);
  clear((node + NODE_PARENT) >> 1);
  if (parent !== null && arena.words[parent.address + NODE_ETERNAL] === 0) adopt(parent.address, node);
  return new Chan<never>(EXISTING, node);
}

function adopt(parent: number, node: number): void {
  retain(parent);
  arena.words[node + NODE_PARENT] = parent;
  arena.words[node + NODE_PARENT + 1] = HIGH_HANDLE | generationOf(parent);
  lock(parent + NODE_LOCK);
  const state = arena.words[parent + NODE_STATE]!;
  if (state === LIVE) link(parent + NODE_CHILDREN, node, NODE_LINKS);
  unlock(parent + NODE_LOCK);
  if (state !== LIVE) {
    store(node + NODE_STATE, state | INHERITED);
    closeChannel(node); // Nobody waits yet.
  }
}

/** Puts a block at the head of a list. Its links are the two words at `links`, the third says that it is in there. */
function link(list: number, block: number, links: number): void {
  const next = arena.words[list]!;
  arena.words[block + links] = next;
  arena.words[block + links + 1] = 0;
  arena.words[block + links + 2] = 1;
  if (next !== 0) arena.words[next + links + 1] = block;
  arena.words[list] = block;
}

function unlink(list: number, block: number, links: number): void {
  if (arena.words[block + links + 2] === 0) return;
  const next = arena.words[block + links]!;
  const previous = arena.words[block + links + 1]!;
  if (previous === 0) arena.words[list] = next;
  else arena.words[previous + links] = next;
  if (next !== 0) arena.words[next + links + 1] = previous;
  arena.words[block + links + 2] = 0;
}

/** The parent's address, or 0: the low word of the cell, which is 0 in an empty one. */
function parentOf(node: number): number {
  return arena.words[node + NODE_PARENT]!;
}

function leaveParent(node: number): void {
  const parent = parentOf(node);
  if (parent === 0) return;
  lock(parent + NODE_LOCK);
  unlink(parent + NODE_CHILDREN, node, NODE_LINKS);
  unlock(parent + NODE_LOCK);
}

setDestroyer(KIND_DONE, (node) => {
  leaveParent(node);
  dropEnd(node);
  drop((node + NODE_CAUSE) >> 1);
  drop((node + NODE_PARENT) >> 1);
});

registerKind(KIND_DONE, (address) => new Chan<never>(EXISTING, address));

export function isCanceled(node: number): boolean {
  return load(node + NODE_STATE) !== LIVE;
}

/**
 * Cancels a node for a reason, and everything below it. Nothing happens when it was cancelled before. Throws DataCloneError
 * when the reason cannot be copied, and nothing has happened then.
 */
export function cancelFor(node: number, reason: unknown): void {
  if (isCanceled(node)) return;
  try {
    withReserve(() => encodeReason(reason, sendScratch, 'cancel a context'));
  } catch (error) {
    if (!(error instanceof ArenaExhaustedError)) throw error;
    clear(sendScratch); // Better without its reason than not at all.
  }
  cancelTree(node, CANCELED);
}

/** Cancels a node because its deadline has passed. */
export function exceedDeadline(node: number): void {
  cancelTree(node, DEADLINE_EXCEEDED);
}

/** The cause, where there is one of this node's own, is in the scratch cell. */
function cancelTree(root: number, state: number): void {
  const mine: number[] = [];
  const nodes = [root];
  const states = [state];
  retain(root);
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const reason = states.pop()!;
    if (!cancelOne(node, reason, mine)) {
      release(node);
      continue;
    }
    insist(node, () => cancelMembers(node));
    for (let child = takeChild(node); child !== 0; child = takeChild(node)) {
      nodes.push(child);
      states.push(reason | INHERITED);
    }
    if (mine.at(-1) !== node) release(node);
  }
  // Last, since it may run a user's code: what listens to an AbortSignal.
  for (const node of mine) {
    tell(machine.number, node);
    release(node);
  }
}

/** Steps 1 to 4. False when it was cancelled before. */
function cancelOne(node: number, state: number, mine: number[]): boolean {
  const watchers: number[] = [];
  lock(node + NODE_LOCK);
  const first = arena.words[node + NODE_STATE] === LIVE;
  if (first) {
    if (state === CANCELED) move(sendScratch, (node + NODE_CAUSE) >> 1);
    store(node + NODE_STATE, state); // After the cause: who sees it without the lock may read that.
  }
  unlock(node + NODE_LOCK);
  if (!first) {
    if (state === CANCELED) drop(sendScratch);
    return false;
  }
  // No bit is set any more from here on: that is done under the lock, and only while it is live.
  for (let word = 0; word < WATCHER_WORDS; word++) watchers.push(arena.words[node + NODE_WATCHERS + word]!);
  leaveParent(node);
  const waiters = closeChannel(node);
  if (waiters > 0) readyAll(waiters);
  for (let number = 0; number < MAXIMUM_MACHINES; number++) {
    if ((watchers[number >> 5]! & (1 << (number & 31))) === 0) continue;
    if (number === machine.number) mine.push(node);
    else insist(node, () => tell(number, node));
  }
  return true;
}

/** Takes out the next child that is not being given back, with a reference of it; 0 when there is none. */
function takeChild(node: number): number {
  lock(node + NODE_LOCK);
  let child = arena.words[node + NODE_CHILDREN]!;
  while (child !== 0) {
    unlink(node + NODE_CHILDREN, child, NODE_LINKS);
    if (retainLiving(child)) break;
    child = arena.words[node + NODE_CHILDREN]!;
  }
  unlock(node + NODE_LOCK);
  return child;
}

function cancelMembers(node: number): void {
  if (arena.words[node + NODE_MEMBERS] === 0) return; // Nobody enters it any more.
  const done = proxyOf(node, generationOf(node));
  for (;;) {
    reserveWaiter(); // For the notice: who is out of the list must be told.
    lock(node + NODE_LOCK);
    const member = arena.words[node + NODE_MEMBERS]!;
    const record = member === 0 ? 0 : arena.words[member + MEMBER_RECORD]!;
    if (member !== 0) {
      unlink(node + NODE_MEMBERS, member, MEMBER_LINKS);
      // Its own reference goes only after it has left the list, under this lock; and the member may be gone after it.
      retain(record);
    }
    unlock(node + NODE_LOCK);
    if (member === 0) return;
    cancel(record, done);
    release(record);
  }
}

/** Does it, and when memory is full even up to the reserve, tries again until there is room: others are about to make some. */
function insist(node: number, attempt: () => void): void {
  try {
    withReserve(attempt);
  } catch (error) {
    if (!(error instanceof ArenaExhaustedError)) throw error;
    retain(node);
    setTimeout(() => {
      insist(node, attempt);
      release(node);
    }, 1);
  }
}

whenCanceledByContext(errorOf);

/** A goroutine that was not queued yet is cancelled with the node from here on. False when the node was cancelled before. */
export function enterMember(node: number, member: number): boolean {
  if (arena.words[node + NODE_ETERNAL] !== 0) return true;
  lock(node + NODE_LOCK);
  const live = arena.words[node + NODE_STATE] === LIVE;
  if (live) {
    retain(node);
    arena.words[member + MEMBER_NODE] = node;
    link(node + NODE_MEMBERS, member, MEMBER_LINKS);
  }
  unlock(node + NODE_LOCK);
  return live;
}

whenMemberLeaves((member) => {
  const node = arena.words[member + MEMBER_NODE]!;
  lock(node + NODE_LOCK);
  unlink(node + NODE_MEMBERS, member, MEMBER_LINKS);
  unlock(node + NODE_LOCK);
  release(node);
});

/** This machine is told when the node is cancelled. False when it was cancelled before. */
export function watch(node: number): boolean {
  const { number } = machine;
  lock(node + NODE_LOCK);
  const live = arena.words[node + NODE_STATE] === LIVE;
  const word = node + NODE_WATCHERS + (number >> 5);
  if (live) arena.words[word] = arena.words[word]! | (1 << (number & 31));
  unlock(node + NODE_LOCK);
  return live;
}

/** The node whose cancelling was the first: itself, or one above. */
function originOf(node: number): number {
  let origin = node;
  while ((load(origin + NODE_STATE) & INHERITED) !== 0) origin = parentOf(origin);
  return origin;
}

/** Why a cancelled node was cancelled: what was given to `cancel`, or undefined. */
export function reasonOf(node: number): unknown {
  return decode((originOf(node) + NODE_CAUSE) >> 1);
}

/** What a cancelled node has for its error: the reason itself if that is one of these. */
export function errorOf(node: number): CanceledError {
  const origin = originOf(node);
  if (load(origin + NODE_STATE) === DEADLINE_EXCEEDED) return new DeadlineExceededError('context deadline exceeded');
  const reason = reasonOf(node);
  if (reason instanceof CanceledError) return reason;
  return new CanceledError(reason === undefined ? 'context canceled' : `context canceled: ${textOf(reason)}`, { cause: reason });
}
