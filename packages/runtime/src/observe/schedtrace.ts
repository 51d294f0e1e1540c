/**
 * `GODEBUG=schedtrace=1000`: a line about the scheduler every so many milliseconds, in the words of Go's `runtime/proc.go`;
 * with `scheddetail=1` one for each P, M and G besides. Other settings in GODEBUG are not ours and are passed over.
 *
 * The monitor's thread prints it (Go's does, too): so it comes while the main thread is busy, and keeps no process alive. What
 * Go has and this scheduler has not (`syscalltick`, `mallocing`, `lockedm`, …) is left out of the detailed lines.
 */
import { performance } from 'node:perf_hooks';
import { arena } from '../memory/arena.ts';
import { load } from '../memory/atomics.ts';
import { KIND_GOROUTINE, MACHINE_TICK, machineBase } from '../memory/layout.ts';
import { forEachBlock } from '../memory/walk.ts';
import { DONE, MACHINE, numberOfRecord, STATUS, STATUS_NAMES } from '../scheduler/goroutine.ts';
import { type MachineSnapshot, readSnapshot, type Snapshot } from './snapshot.ts';

/** Go's numbers for the states that are ours. */
const GO_STATUS: Record<string, number> = { runnable: 1, running: 2, waiting: 4 };

/** What GODEBUG asks for; undefined: nothing. */
export function schedTraceSettings(text = ''): { period: number; detail: boolean } | undefined {
  const settings = new Map(text.split(',').map((setting) => setting.trim().split('=', 2) as [string, string | undefined]));
  const period = Number(settings.get('schedtrace'));
  return period > 0 ? { period, detail: Number(settings.get('scheddetail')) > 0 } : undefined;
}

/** Prints when it is time; returns milliseconds to the next time. */
export function schedTraceFromEnvironment(print: (text: string) => void): () => number {
  const settings = schedTraceSettings(process.env.GODEBUG);
  if (settings === undefined) return () => Number.POSITIVE_INFINITY;
  const { period, detail } = settings;
  let due = 0;
  return () => {
    const now = performance.now();
    if (now >= due) {
      print(formatSchedTrace(readSnapshot(), detail));
      due = now + period;
    }
    return due - now;
  };
}

/**
 * The lines for a snapshot. A queue belongs to a machine: a processor's is that of its holder, and what is queued on machines
 * without one (such as what the main thread has started) is counted with the global queue, as anybody may take it.
 */
export function formatSchedTrace(snapshot: Snapshot, detail: boolean): string {
  const { machines, processors } = snapshot;
  const byNumber = new Map(machines.map((machine) => [machine.id, machine]));
  const queued = processors.map(({ machine }) => (machine === undefined ? 0 : (byNumber.get(machine)?.queued ?? 0)));
  const elsewhere = machines.filter(({ processor }) => processor === undefined).reduce((sum, { queued: own }) => sum + own, 0);
  const idle = machines.filter(({ state }) => state === 'asleep' || state === 'spare' || state === 'waiting').length;
  const head =
    `SCHED ${Math.floor(snapshot.uptime)}ms: gomaxprocs=${snapshot.procs} idleprocs=${snapshot.idleProcessors}` +
    ` threads=${machines.length + 1} spinningthreads=${snapshot.spinning} needspinning=0` +
    ` idlethreads=${idle} runqueue=${snapshot.globalQueue + elsewhere}`;
  if (!detail) return `${head} [${queued.join(' ')}]\n`;
  const lines = [head];
  for (const { id, machine } of processors) {
    const tick = machine === undefined ? 0 : load(machineBase(machine) + MACHINE_TICK) >>> 0;
    const state = machine === undefined ? 0 : 1;
    lines.push(`  P${id}: status=${state} schedtick=${tick} m=${machine ?? 'nil'} runqsize=${queued[id]}`);
  }
  for (const machine of machines) lines.push(machineLine(machine));
  return `${[...lines, ...goroutineLines()].join('\n')}\n`;
}

function machineLine({ id, processor, goroutine, state, queued, ready, pinned }: MachineSnapshot): string {
  return (
    `  M${id}: p=${processor ?? 'nil'} curg=${goroutine ?? 'nil'} spinning=${state === 'spinning'} blocked=${state === 'blocked'}` +
    ` state=${state} runqsize=${queued} ready=${ready} pinned=${pinned}`
  );
}

function goroutineLines(): string[] {
  const lines: string[] = [];
  forEachBlock(KIND_GOROUTINE, (record) => {
    const status = arena.words[record + STATUS]!;
    const number = numberOfRecord(record);
    if (status < 0 || status >= DONE || !(number > 0)) return;
    const name = STATUS_NAMES[status]!;
    const machine = arena.words[record + MACHINE]!;
    lines.push(`  G${number}: status=${GO_STATUS[name]}(${name}) m=${machine < 0 ? 'nil' : machine}`);
  });
  return lines;
}
