/** What all goroutines of the process are doing: from shared memory, and from each thread what only that knows. */
import { circlesOf } from '../observe/deadlocks.ts';
import { confirmDeadlocks, type GoroutineList, listGoroutines } from '../observe/goroutines.ts';
import { PROXY_NAME } from '../scheduler/goroutine.ts';
import { reportRecords, type ThreadReport } from '../scheduler/inspect.ts';
import { machine } from '../scheduler/machine.ts';
import { life } from './state.ts';

/** How long a thread that is busy is waited for, in milliseconds. */
export const REPORT_PATIENCE = 500;

/** What all goroutines are doing. */
export async function goroutines(): Promise<GoroutineList> {
  if (machine.number > 0) return askMain();
  if (!life.usable) return { goroutines: [], deadlocks: [], asyncWaits: [] };
  const { list, waiters } = listGoroutines(await reports(true));
  if (circlesOf(waiters).length === 0) return list;
  return confirmDeadlocks(list, waiters, await reports(false));
}

/** The numbers of those that have not ended, but for those that serve a proxy: these end some time after the last one was collected. */
export function goroutineIds(): number[] {
  if (machine.number <= 0 && !life.usable) return [];
  return reportRecords()
    .filter(({ name, functionNumber }) => !(functionNumber < 0 && name === PROXY_NAME))
    .map(({ id }) => id);
}

async function reports(withStacks: boolean): Promise<Map<number, ThreadReport>> {
  return (await life.pool?.report(REPORT_PATIENCE, withStacks)) ?? new Map();
}

let askMain: () => Promise<GoroutineList>;

/** On a worker: how it learns what the goroutines of all threads are doing. */
export function whenAskedForGoroutines(ask: () => Promise<GoroutineList>): void {
  askMain = ask;
}
