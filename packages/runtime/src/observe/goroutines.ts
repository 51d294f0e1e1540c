/**
 * What all goroutines are doing: shared memory's list of them, and what each thread adds of its own; as data and as text.
 * A thread that is busy does not answer: of its goroutines only what stands in shared memory is known.
 */
import { creationOf } from '../scheduler/creation-sites.ts';
import { definitionOf } from '../scheduler/function-block.ts';
import type { STATUS_NAMES } from '../scheduler/goroutine.ts';
import { type RecordReport, reportRecords, reportThread, type TaskReport, type ThreadReport } from '../scheduler/inspect.ts';
import { machine } from '../scheduler/machine.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';
import { type Deadlock, describeCircles, readHolders, stillWaiting, type Waiter } from './deadlocks.ts';

/** A goroutine that has not ended. */
export interface GoroutineInfo {
  id: number;
  /** As given to `go.with`. */
  name: string | undefined;
  status: (typeof STATUS_NAMES)[number];
  /** What it waits for. */
  waitsFor: WaitReason | undefined;
  /** For how long, in milliseconds. */
  milliseconds: number | undefined;
  /** The thread it belongs to: 0 is the main thread; undefined while it has not begun. */
  thread: number | undefined;
  /**
   * Where it waits, or where a loop of its own has made way for others: frames of the user's code as `name (file:line:column)`,
   * innermost first. Empty when it runs, when it is to go on from elsewhere, and for an async function.
   */
  stack: string[];
  /** Its function, in the same form; undefined for one that was started with `go.local`. */
  fn: string | undefined;
  /**
   * Where such goroutines were seen to be created, in the same form: mostly one place. Behind that, where those were created
   * that stand there, and so on.
   */
  createdBy: string[][];
}

export interface GoroutineList {
  goroutines: GoroutineInfo[];
  /** Those that wait for each other. */
  deadlocks: Deadlock[];
  /** What async code of the main thread awaits. */
  asyncWaits: WaitReason[];
}

/**
 * Puts together this thread's report, which is the main thread's, and those of the workers that have answered. With it come those
 * who wait for each other by these reports, of which `confirmDeadlocks` says whether they do.
 */
export function listGoroutines(workers: ReadonlyMap<number, ThreadReport>): {
  list: GoroutineList;
  waiters: Map<number, Waiter>;
} {
  const own = reportThread(true);
  const reports = [own, ...workers.values()];
  const tasks = new Map<number, TaskReport>();
  for (const report of reports) for (const task of report.tasks) tasks.set(task.id, task);
  const goroutines = reportRecords().map((record) => {
    const task = tasks.get(record.id);
    // An async function has no task.
    const isAsync = task === undefined && (record.machine === machine.number || workers.has(record.machine));
    return infoOf(record, task, isAsync ? 'promise' : task?.waitsFor);
  });
  const waiters = readHolders([...tasks.values()]);
  return { list: { goroutines, deadlocks: [], asyncWaits: machine.number === 0 ? own.asyncWaits : [] }, waiters };
}

/** Adds the deadlocks to a list: of those who seemed to wait for each other, who still does by another report. */
export function confirmDeadlocks(
  list: GoroutineList,
  waiters: ReadonlyMap<number, Waiter>,
  workers: ReadonlyMap<number, ThreadReport>,
): GoroutineList {
  const tasks = [reportThread(false), ...workers.values()].flatMap((report) => report.tasks);
  const names = new Map(list.goroutines.map(({ id, name }) => [id, name]));
  return { ...list, deadlocks: describeCircles(stillWaiting(waiters, tasks), (id) => names.get(id)) };
}

function infoOf(record: RecordReport, task: TaskReport | undefined, waitsFor: WaitReason | undefined): GoroutineInfo {
  const { id, name, status, functionNumber } = record;
  const local = functionNumber < 0;
  return {
    id,
    name,
    status,
    waitsFor: status === 'waiting' ? waitsFor : undefined,
    milliseconds: status === 'waiting' ? task?.milliseconds : undefined,
    thread: record.machine < 0 ? undefined : record.machine,
    stack: task?.stack ?? [],
    fn: local ? undefined : placeOfFunction(functionNumber),
    createdBy: creationOf(functionNumber, task?.site),
  };
}

/** `name (file:line:column)` of a goroutine's function. */
export function placeOfFunction(functionNumber: number): string {
  const { name, url, line, column } = definitionOf(functionNumber);
  return `${name || '<anonymous>'} (${url}:${line}:${column})`;
}
