/**
 * A machine begins or ends to tell what it does, when the EVENTS word has changed since it looked last. It looks with every
 * look at its queues and before each slice, by one plain read: seen a moment later is early enough. One that sleeps follows
 * when it is woken, and one whose goroutine runs on when that gives control back; before, they have nothing to tell.
 */
import { arena } from '../memory/arena.ts';
import { EVENTS, HOLDERS, MACHINE_EVENTS, WORDS_PER_LINE } from '../memory/layout.ts';
import { EventLog } from './events.ts';
import { machine } from './machine.ts';

/** Looks at the word. */
export function followEvents(): void {
  if (arena.words[EVENTS] !== machine.eventsSeen) follow();
}

function follow(): void {
  const wanted = arena.words[EVENTS]!;
  machine.eventsSeen = wanted;
  machine.events?.close();
  machine.events = null;
  const ring = arena.words[machine.base + MACHINE_EVENTS]!;
  if (wanted === 0 || ring === 0) return;
  const log = new EventLog(ring);
  machine.events = log;
  // What has begun before.
  if (machine.holder !== 0) log.acquire((machine.holder - HOLDERS) / WORDS_PER_LINE);
  const { current } = machine;
  if (current !== null) log.start(current.record);
}
