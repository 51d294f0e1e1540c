/**
 * How a channel can end other than by `close`: its source has failed, or its reader has gone. Both ends are seen on all threads.
 *
 *   1. Who ends it takes END from PLAIN to WRITING by compare-exchange: one only, the first.
 *   2. He writes WHY, stores FAILED or LEFT, and closes the channel as `close` does.
 *   3. Whoever finds the channel closed, which is decided under the channel's lock, then loads END. PLAIN or WRITING (somebody
 *      else has closed it between 1 and 2) means what it always has: closed. So nothing waits for the one who writes, and WHY is
 *      read only after its writer's store.
 *
 * A channel made from a source has another one, CHANNEL_SOURCE, which nobody sends on: it is closed when nobody reads the
 * first one any more, at the latest when its block is freed. What feeds the channel waits for that beside waiting for its source.
 */
import { clear, drop } from '../codec/cell.ts';
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { CanceledError, ClosedChannelError, DataCloneError, textOf } from '../errors.ts';
import { arena } from '../memory/arena.ts';
import { compareExchange, load, store } from '../memory/atomics.ts';
import {
  CHANNEL_CLOSED,
  CHANNEL_END,
  CHANNEL_SOURCE,
  CHANNEL_WHY,
  END_FAILED,
  END_LEFT,
  END_PLAIN,
  END_WRITING,
  RESULT_REFUSED,
} from '../memory/blocks.ts';
import { closeChannel } from '../memory/core.ts';
import { release } from '../memory/heap.ts';
import { encodeReason } from '../scheduler/cancel.ts';
import { readyAll } from '../scheduler/inbox.ts';

/** Before anybody else knows the channel. */
export function initializeEnd(channel: number): void {
  clear((channel + CHANNEL_WHY) >> 1);
}

/** `close`. Throws ClosedChannelError when it is closed already, unless its reader has gone. */
export function closeByHand(channel: number): void {
  if (closeUnlessClosed(channel) || load(channel + CHANNEL_END) === END_LEFT) return;
  throw new ClosedChannelError('close of closed channel');
}

/** What feeds the channel has failed. Nothing happens when the channel is closed already. */
export function failChannel(channel: number, error: unknown): void {
  end(channel, END_FAILED, error);
}

/** The channel's reader has gone. Nothing happens when the channel is closed already. */
export function leaveChannel(channel: number, reason: unknown): void {
  end(channel, END_LEFT, reason);
}

/** Whether leaving a loop over the channel ends it: it was made from a source, which is to end with it. */
export function endsWithReader(channel: number): boolean {
  return arena.words[channel + CHANNEL_SOURCE] !== 0;
}

/** What a receiver throws that found the channel closed and drained; undefined when it was closed in the ordinary way. */
export function failureOf(channel: number): { error: unknown } | undefined {
  return load(channel + CHANNEL_END) === END_FAILED ? { error: decode((channel + CHANNEL_WHY) >> 1) } : undefined;
}

/** What a sender throws that found the channel closed. */
export function refusalOf(channel: number): Error {
  if (load(channel + CHANNEL_END) !== END_LEFT) return new ClosedChannelError('send on closed channel');
  const reason = decode((channel + CHANNEL_WHY) >> 1);
  const text = 'the reader of this channel has gone';
  return reason === undefined ? new CanceledError(text) : new CanceledError(`${text}: ${textOf(reason)}`, { cause: reason });
}

/** Before the channel's block is freed. */
export function dropEnd(channel: number): void {
  drop((channel + CHANNEL_WHY) >> 1);
  const source = arena.words[channel + CHANNEL_SOURCE]!;
  if (source === 0) return;
  closeUnlessClosed(source);
  release(source);
}

function end(channel: number, how: number, why: unknown): void {
  if (arena.words[channel + CHANNEL_CLOSED] !== 0) return; // Once closed it stays closed, so an old value does no harm.
  if (compareExchange(channel + CHANNEL_END, END_PLAIN, END_WRITING) !== END_PLAIN) return;
  const cell = (channel + CHANNEL_WHY) >> 1;
  try {
    if (how === END_FAILED) encode(why, cell, 'end a channel');
    else encodeReason(why, cell, 'end a channel'); // Senders do not wait for it.
  } catch (problem) {
    // What cannot be copied is told in words; where there is no room for these, the end comes without a reason.
    if (problem instanceof DataCloneError) encodeText(textOf(why), cell, how);
  }
  store(channel + CHANNEL_END, how);
  closeUnlessClosed(channel);
}

function encodeText(text: string, cell: number, how: number): void {
  try {
    encode(how === END_FAILED ? new Error(text) : text, cell, 'end a channel');
  } catch {
    clear(cell);
  }
}

/** False when it was closed before, in whatever way. */
export function closeUnlessClosed(channel: number): boolean {
  const waiters = closeChannel(channel);
  if (waiters === RESULT_REFUSED) return false;
  readyAll(waiters);
  const source = arena.words[channel + CHANNEL_SOURCE]!;
  if (source !== 0) {
    const readers = closeChannel(source);
    if (readers !== RESULT_REFUSED) readyAll(readers);
  }
  return true;
}
