/**
 * A member: the block that ties a goroutine to somebody who wants to know of its end (a group), or who may want to end it
 * (a context, which keeps its members in a list). It is made before the goroutine is queued and given back at its end, on
 * whichever thread that happens: also when the goroutine's own thread is lost, or everything is being stopped.
 *
 * The links are under the lock of the context, the other words are written once.
 */
import { arena } from '../memory/arena.ts';
import { allocate, free, kindOf } from '../memory/heap.ts';
import { KIND_MEMBER } from '../memory/layout.ts';
import { MEMBER } from './goroutine.ts';

/** Three words: its links in the context's list, next and previous, and whether it is in there; under the context's lock. */
export const MEMBER_LINKS = 0;
/** The context (its node) that can cancel it, or 0. Owns a reference. */
export const MEMBER_NODE = 3;
/** The group that it belongs to, or 0. Owns a reference. */
export const MEMBER_GROUP = 4;
/** The goroutine. Owns no reference: that one gives the member back before it goes. */
export const MEMBER_RECORD = 5;
const MEMBER_WORDS = 6;

/** A member of nothing yet. Throws ArenaExhaustedError. */
export function createMember(record: number): number {
  const member = allocate(KIND_MEMBER, MEMBER_WORDS * 4);
  arena.words.fill(0, member, member + MEMBER_WORDS);
  arena.words[member + MEMBER_RECORD] = record;
  arena.words[record + MEMBER] = member;
  return member;
}

/** Called when a member of a group of that kind has ended, with the goroutine's record and its error if it failed. */
export type GroupEnding = (group: number, record: number, failed: boolean, error: unknown) => void;

const groupEndings: Array<GroupEnding | undefined> = [];
let leaveContext: (member: number) => void = () => undefined;

/** The callback gives back the reference of the group. */
export function whenMemberEnded(kind: number, callback: GroupEnding): void {
  groupEndings[kind] = callback;
}

/** The callback takes the member out of its context's list, and gives back the reference. */
export function whenMemberLeaves(callback: (member: number) => void): void {
  leaveContext = callback;
}

/** At the end of a goroutine that is a member, before its record is released. */
export function memberEnded(record: number, failed: boolean, error: unknown): void {
  const member = arena.words[record + MEMBER]!;
  arena.words[record + MEMBER] = 0;
  if (arena.words[member + MEMBER_NODE] !== 0) leaveContext(member);
  const group = arena.words[member + MEMBER_GROUP]!;
  free(member);
  if (group !== 0) groupEndings[kindOf(group)]?.(group, record, failed, error);
}
