/**
 * Work of this thread's libuv loop that the scheduler does not know: a timer or socket of a goroutine's own, whose callback
 * may yet send on a channel, or what an async goroutine awaits. While a goroutine lives on this thread and there is such
 * work, the thread counts as busy: the process must not end, nor speak of a deadlock.
 *
 * Nobody tells when the work is over, so a thread that sleeps for its sake looks again every so often.
 *
 * Work of libuv's thread pool that is neither a handle nor a request (compression, key derivation) Node does not list. What knows
 * of it is libuv itself, whose loop is alive though nothing that is listed keeps it so; Node tells that in its diagnostic
 * report. That takes some ms, so it is asked for only when the process would end or speak of a deadlock.
 */
import { machine } from './machine.ts';
import { setTimeout } from './real-timers.ts';
import { schedule } from './schedule.ts';

const LOOK_AGAIN_MILLISECONDS = 20;

/** What a thread has open without any goroutine, by kind. */
let ownResources = new Map<string, number>();
let lookingAgain: NodeJS.Timeout | null = null;

/** What is open now is the runtime's own. */
export function noteOwnResources(): void {
  ownResources = openResources();
}

/** Before a worker sleeps with nothing pending that we know. */
export function noteForeignWork(): void {
  machine.foreignWork = machine.number > 0 && machine.pinned > 0 && !machine.hasPending() && moreThanOwn();
  if (machine.foreignWork) {
    if (lookingAgain !== null) lookingAgain.refresh();
    else lookingAgain = setTimeout(schedule, LOOK_AGAIN_MILLISECONDS).unref();
  }
}

interface Handle {
  hasRef?(): boolean;
  ref?(): void;
  unref?(): void;
}

/**
 * Whether the loop of this thread has work that is not listed. Nothing else goes on meanwhile: all is as it was when this returns.
 * On a thread without goroutines it counts only when somebody waits on the main thread, whom it may yet wake; then what is listed, too,
 * which nobody has looked at.
 */
export function hasHiddenWork(somebodyWaits: boolean): boolean {
  if (machine.pinned === 0 && !somebodyWaits) return false;
  if (machine.pinned === 0 && moreThanOwn()) return true;
  const handles = (process as unknown as { _getActiveHandles(): Handle[] })._getActiveHandles();
  const holding = handles.filter((handle) => handle.hasRef?.() === true);
  try {
    for (const handle of holding) handle.unref?.();
    const { libuv } = process.report.getReport() as unknown as { libuv: Array<{ type: string; is_active: boolean }> };
    return libuv.some(({ type, is_active }) => type === 'loop' && is_active);
  } catch {
    return false; // No reports in this Node: as if there were none.
  } finally {
    for (const handle of holding) handle.ref?.();
  }
}

function moreThanOwn(): boolean {
  for (const [kind, count] of openResources()) if (count > (ownResources.get(kind) ?? 0)) return true;
  return false;
}

function openResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
