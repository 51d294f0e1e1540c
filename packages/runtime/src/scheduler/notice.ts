/**
 * Notices: messages to a machine itself, which travel as waiters of NOTICE_SLOT through its inbox. DETAIL is the record
 * they are about, of which they hold a reference; OUTCOME says what it is. A notice is given back by the one who takes it.
 */
import { words } from '../memory/arena.ts';
import { release, retain } from '../memory/heap.ts';
import { NOTICE_SLOT, onNotice, sendToInbox } from './inbox.ts';
import { DETAIL, freeWaiter, OUTCOME, reserveWaiter, takeWaiter } from './waiter.ts';

/** To the main thread: this goroutine has failed and nobody had asked for its result. */
export const NOTICE_UNJOINED = 1;
/** To the machine of a goroutine: cancel it. */
export const NOTICE_CANCEL = 2;

const takers: Array<((record: number) => void) | undefined> = [];

/** The taker is called on the thread that gets the notice; it may use the record until it returns, or retain it. */
export function whenNoticed(notice: number, taker: (record: number) => void): void {
  takers[notice] = taker;
}

export function notice(machineNumber: number, what: number, record: number): void {
  reserveWaiter();
  const message = takeWaiter(machineNumber, NOTICE_SLOT);
  retain(record);
  words[message + DETAIL] = record;
  words[message + OUTCOME] = what;
  sendToInbox(machineNumber, message);
}

onNotice((message) => {
  const record = words[message + DETAIL]!;
  const what = words[message + OUTCOME]!;
  freeWaiter(message);
  takers[what]?.(record);
  release(record);
});
