/**
 * What all goroutines are doing: shared memory's list of them, and what each thread adds of its own; as data and as text.
 * A thread that is busy does not answer: of its goroutines only what stands in shared memory is known.
 */
import { createdByLines, creationOf } from '../scheduler/creation-sites.ts';
import { definitionOf } from '../scheduler/function-table.ts';
import type { STATUS_NAMES } from '../scheduler/goroutine.ts';
import { type RecordReport, reportRecords, reportThread, type TaskReport, type ThreadReport } from '../scheduler/inspect.ts';
import { machine } from '../scheduler/machine.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';

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
  /** Where it waits: frames of the user's code as `name (file:line:column)`, innermost first. Empty when it runs, or could. */
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
  /** What async code of the main thread awaits. */
  asyncWaits: WaitReason[];
}

/** Puts together this thread's report, which is the main thread's, and those of the workers that have answered. */
export function listGoroutines(workers: ReadonlyMap<number, ThreadReport>): GoroutineList {
  const own = reportThread();
  const reports = [own, ...workers.values()];
  const tasks = new Map<number, TaskReport>();
  for (const report of reports) for (const task of report.tasks) tasks.set(task.id, task);
  const goroutines = reportRecords().map((record) => {
    const task = tasks.get(record.id);
    // An async function has no task.
    const isAsync = task === undefined && (record.machine === machine.number || workers.has(record.machine));
    return infoOf(record, task, isAsync ? 'promise' : task?.waitsFor);
  });
  return { goroutines, asyncWaits: machine.number === 0 ? own.asyncWaits : [] };
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

const MOST_IDS = 10;

/** The text of a dump. Those that differ in nothing but their number stand together. */
export function formatGoroutines({ goroutines, asyncWaits }: GoroutineList): string {
  const groups = new Map<string, GoroutineInfo[]>();
  for (const info of goroutines) {
    const key = `${stateOf(info)}\n${info.name ?? ''}\n${linesOf(info).join('\n')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [info]);
    else group.push(info);
  }
  const paragraphs = [...groups.values()].map((group) => [headOf(group), ...linesOf(group[0]!)].join('\n'));
  for (const reason of new Set(asyncWaits)) {
    const count = asyncWaits.filter((other) => other === reason).length;
    paragraphs.push(`async code on the main thread [${reason}]${count === 1 ? '' : `, ${count} times`}`);
  }
  return paragraphs.join('\n\n');
}

function headOf(group: readonly GoroutineInfo[]): string {
  const [first] = group as [GoroutineInfo];
  const ids = group.slice(0, MOST_IDS).map(({ id }) => id);
  const more = group.length - ids.length;
  const numbers = `${ids.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const times = group.flatMap(({ milliseconds }) => milliseconds ?? []);
  const since = times.length === 0 ? '' : `, ${durationOf(longest(times))}`;
  const name = first.name === undefined ? '' : ` '${first.name}'`;
  return `goroutine${group.length === 1 ? '' : 's'} ${numbers}${name} [${stateOf(first)}${since}]:`;
}

function longest(times: readonly number[]): number {
  return times.reduce((most, time) => Math.max(most, time), 0);
}

function stateOf({ status, waitsFor, thread }: GoroutineInfo): string {
  if (status === 'waiting') return waitsFor ?? 'waiting';
  if (thread === undefined) return 'not started';
  return status === 'running' ? `running on thread ${thread}` : status;
}

function linesOf({ stack, fn, createdBy }: GoroutineInfo): string[] {
  const frames = stack.length === 0 && fn !== undefined ? [fn] : stack;
  return [...frames.map((frame) => `    at ${frame}`), ...createdByLines(createdBy)];
}

function durationOf(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes} minute${minutes === 1 ? '' : 's'}`;
}
