/** Goroutines that a context cancels: at the wait they are in, or at their next one. */
import { arena } from '../memory/arena.ts';
import { free } from '../memory/heap.ts';
import { cancel } from '../scheduler/cancel.ts';
import { MEMBER } from '../scheduler/goroutine.ts';
import { createMember } from '../scheduler/member.ts';
import type { Context } from './context.ts';
import { enterMember } from './node.ts';

/**
 * The goroutine, which is not queued yet, is cancelled with the context; it never runs when that is cancelled already. Throws
 * ArenaExhaustedError, and nothing has happened then.
 */
export function bind(record: number, context: Context): void {
  const done = context.channel();
  const member = createMember(record);
  if (enterMember(done.address, member)) return;
  arena.words[record + MEMBER] = 0;
  free(member);
  cancel(record, done);
}
