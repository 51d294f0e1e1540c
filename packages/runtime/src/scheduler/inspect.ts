/**
 * What the goroutines of this thread are doing, for dumps and reports.
 *
 * Where a parked goroutine stands V8 does not tell. So its generator is resumed, down to the operation in which it is parked, which
 * sees that it was not woken: it takes the stack trace, the frames of the whole chain of `yield*`, and gives back that it is
 * not done. Then everything is as it was. The same with one whose loop has made way for others; but not with one that has
 * done so by `gosched`, which in code that is written for it is a plain `yield`: resumed, it would run on.
 */
import { performance } from 'node:perf_hooks';
import { decode } from '../codec/decode.ts';
import { SharedObject } from '../codec/handles.ts';
import { withOriginalPlaces } from '../functions/library.ts';
import { arena } from '../memory/arena.ts';
import { KIND_GOROUTINE } from '../memory/layout.ts';
import { forEachBlock } from '../memory/walk.ts';
import { captureOwnFrames } from '../own-frames.ts';
import { DONE, functionOrLocal, MACHINE, NAME, numberOfRecord, STATUS, STATUS_NAMES } from './goroutine.ts';
import { machine } from './machine.ts';
import { AsyncWait, type Operation } from './operation.ts';
import { Task } from './task.ts';
import type { WaitReason } from './wait-reason.ts';

const MOST_FRAMES = 100;

/** What only its own thread knows of a goroutine. */
export interface TaskReport {
  id: number;
  waitsFor: WaitReason | undefined;
  /** For how long, in milliseconds. */
  milliseconds: number | undefined;
  /** The frames at which it waits, innermost first; empty when it does not. */
  stack: string[];
  /** Where a local goroutine was created. */
  site: string | undefined;
  /** Address of what it waits for in shared memory, and a number of this wait; both 0 without. */
  object: number;
  wait: number;
}

export interface ThreadReport {
  tasks: TaskReport[];
  /** What async code of this thread awaits. */
  asyncWaits: WaitReason[];
}

/** What shared memory says of a goroutine. */
export interface RecordReport {
  id: number;
  name: string | undefined;
  status: (typeof STATUS_NAMES)[number];
  /** The thread it runs on; -1 while it has not begun. */
  machine: number;
  /** -1 for a local goroutine. */
  functionNumber: number;
}

/** Which wait it is that a goroutine was found in, so that it is known again. */
const waits = new WeakMap<Operation<unknown>, number>();
let lastWait = 0;

function numberOfWait(operation: Operation<unknown>): number {
  const known = waits.get(operation) ?? ++lastWait;
  waits.set(operation, known);
  return known;
}

/** Everything on this thread, where goroutines stand if that is asked for. Called between slices: nothing runs here. */
export function reportThread(withStacks: boolean): ThreadReport {
  const tasks: TaskReport[] = [];
  const asyncWaits: WaitReason[] = [];
  const now = performance.now() | 0;
  for (const entry of machine.entries) {
    if (entry instanceof Task) tasks.push(reportTask(entry, now, withStacks));
    else if (entry instanceof AsyncWait && entry.reason !== 'end of main') asyncWaits.push(entry.reason);
  }
  return { tasks, asyncWaits };
}

function reportTask(task: Task, now: number, withStack: boolean): TaskReport {
  const operation = task.parked && !task.woken ? task.operation : null;
  const object = (operation as { object?: unknown } | null)?.object;
  const shared = object instanceof SharedObject;
  return {
    id: numberOfRecord(task.record),
    object: shared ? object.address : 0,
    wait: shared ? numberOfWait(operation!) : 0,
    waitsFor: operation?.reason,
    milliseconds: operation !== null ? Math.max(0, now - task.parkedAt) : undefined,
    stack: task.ended || !withStack ? [] : stackOf(task),
    site: task.local?.site,
  };
}

/** The user's frames at which a goroutine is parked or pauses, innermost first; none for another. */
export function stackOf(task: Task): string[] {
  const { operation, generator } = task;
  if (!(task.paused || (task.parked && operation !== null)) || machine.current !== null) return [];
  let frames: string[] = [];
  machine.current = task;
  machine.inspecting = function inspecting() {
    frames = captureOwnFrames(inspecting, MOST_FRAMES, stackOf).map(withOriginalPlaces);
  };
  try {
    generator.next();
  } finally {
    machine.current = null;
    machine.inspecting = null;
  }
  return frames;
}

/** All goroutines that have not ended, of all threads, as shared memory has them. */
export function reportRecords(): RecordReport[] {
  const reports: RecordReport[] = [];
  forEachBlock(KIND_GOROUTINE, (record) => {
    const status = arena.words[record + STATUS]!;
    if (status >= DONE || !(numberOfRecord(record) > 0)) return;
    reports.push({
      id: numberOfRecord(record),
      name: decode((record + NAME) >> 1) as string | undefined,
      status: STATUS_NAMES[status]!,
      machine: arena.words[record + MACHINE]!,
      functionNumber: functionOrLocal(record),
    });
  });
  return reports.sort((a, b) => a.id - b.id);
}
