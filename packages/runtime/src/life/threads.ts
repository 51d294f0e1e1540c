/**
 * How many threads there are: those of the processors from the first `go` on; a spare one more whenever somebody asks for one by the
 * SPARE_WANTED word, up to a limit; fewer when one has had nothing to do for long; another in the place of one that was lost.
 *
 * THREAD_COUNT is what everybody counts on: raised when a thread has come, lowered before one is told to end. A machine is AWAKE
 * and counts as busy from before its thread is started; it announces itself asleep when it sleeps for the first time.
 */
import { sharedBufferSnapshot } from '../codec/shared-buffers.ts';
import { ArenaExhaustedError, RuntimeStateError } from '../errors.ts';
import { throwUncaught } from '../fatal.ts';
import { add, load, store } from '../memory/atomics.ts';
import {
  BUSY_MACHINES,
  HELD_PROCESSORS,
  MACHINE_STATE,
  MACHINE_STATE_AWAKE,
  MACHINE_STATE_NONE,
  MONITOR_MACHINE,
  MOST_HELD,
  machineBase,
  PROCESSOR_COUNT,
  SPARE_WANTED,
  STOPPING,
  THREAD_COUNT,
  THREAD_LIMIT,
} from '../memory/layout.ts';
import { provideRingFor } from '../observe/event-rings.ts';
import { addMetrics } from '../observe/metrics.ts';
import { blockingSize } from '../scheduler/blocking-queue.ts';
import { endLostMachine } from '../scheduler/lost.ts';
import { passOnNotices } from '../scheduler/notice.ts';
import { wakeMachine } from '../scheduler/parker.ts';
import { addProcessors, retireProcessors } from '../scheduler/processor.ts';
import { schedule } from '../scheduler/schedule.ts';
import { isSurplus, wakeForBlocking } from '../scheduler/spare.ts';
import { wakeForWork } from '../scheduler/wake.ts';
import { configure, settings } from '../settings.ts';
import { leaveStreamsOf } from '../sync/channel-streams.ts';
import type { MainControl } from '../threads/control.ts';
import { coverNumbers, freeNumber } from '../threads/machine-numbers.ts';
import { startMonitor } from '../threads/monitor.ts';
import { ThreadPool } from '../threads/pool.ts';
import { goroutines } from './reports.ts';
import { keepingProcess, life, lifecycle } from './state.ts';

let startingSpare = false;
/** A thread was asked whether it can be ended. */
let retiring = false;

/** Starts the threads of the processors in the background. */
export function startThreads(): void {
  store(THREAD_COUNT, life.machines.length);
  life.hold();
  // Until they sleep for the first time, all count as busy.
  store(BUSY_MACHINES, life.machines.length);
  for (const number of life.machines) announce(number);
  lifecycle
    .runExclusive(async () => {
      const starting = newPool();
      await starting.start(life.machines);
      life.pool = starting;
      if (load(STOPPING) !== 0) return;
      life.endMonitor = startMonitor();
      store(SPARE_WANTED, 1); // One is kept.
      schedule();
    })
    .catch((error: unknown) => {
      throwUncaught(new Error(`the runtime could not start its ${life.machines.length} threads`, { cause: error }));
    });
}

/** A thread is about to be started for this machine. */
function announce(number: number): void {
  provideRingFor(number);
  store(machineBase(number) + MACHINE_STATE, MACHINE_STATE_AWAKE);
}

function newPool(): ThreadPool {
  return new ThreadPool(life.runtimeId, settings().spareMilliseconds, settings().metrics, control, replaceLost);
}

const control: MainControl = {
  goroutines,
  sharedBuffers: sharedBufferSnapshot,
  exit(code: number | undefined): void {
    if (code === undefined) process.exit(); // An argument that is undefined would take the place of `process.exitCode`.
    process.exit(code);
  },
  uncaught: throwUncaught,
  surplus: (number) => void endSurplus(number),
  metrics: addMetrics,
};

/** Another thread, if somebody has asked for one and there may be more. */
export function startWanted(): void {
  if (load(SPARE_WANTED) === 0 || startingSpare || lifecycle.isLocked() || load(STOPPING) !== 0 || !life.threadsWanted) return;
  startingSpare = true;
  lifecycle
    .runExclusive(async () => {
      if (!life.threadsWanted || load(STOPPING) !== 0) return;
      if (load(THREAD_COUNT) < load(THREAD_LIMIT)) await addThread(true);
      else store(SPARE_WANTED, 0);
    })
    .catch((error: unknown) => {
      store(SPARE_WANTED, 0);
      // Without memory there is none for now; who needs one asks again.
      if (load(STOPPING) !== 0 || error instanceof ArenaExhaustedError) return;
      throwUncaught(new Error('the runtime could not start another thread', { cause: error }));
    })
    .finally(() => {
      startingSpare = false;
      schedule(); // One may have been asked for meanwhile.
    });
}

/**
 * Under the lifecycle's mutex. A spare one is the answer to SPARE_WANTED; one for a new processor leaves the wish as it is. False when
 * there is no number left for another.
 */
async function addThread(isSpare: boolean): Promise<boolean> {
  const number = freeNumber(life.machines);
  if (number < 0) {
    store(SPARE_WANTED, 0);
    return false;
  }
  life.pool ??= newPool();
  life.machines.push(number);
  coverNumbers(life.machines);
  announce(number);
  add(BUSY_MACHINES, 1);
  life.hold();
  try {
    await life.pool.add(number, () => {
      add(THREAD_COUNT, 1);
      if (isSpare) store(SPARE_WANTED, 0);
    });
    return true;
  } catch (error) {
    forget(number);
    throw error;
  }
}

/** The machine has no thread. It counted as busy. */
function forget(number: number): void {
  life.machines = life.machines.filter((other) => other !== number);
  store(machineBase(number) + MACHINE_STATE, MACHINE_STATE_NONE);
  add(BUSY_MACHINES, -1);
}

/** A spare thread has had nothing to do for long. One is kept. */
async function endSurplus(number: number): Promise<void> {
  const { pool } = life;
  if (retiring || pool === null || !life.threadsWanted || load(STOPPING) !== 0 || !isSurplus()) return;
  retiring = true;
  // From here on nobody counts on it.
  add(THREAD_COUNT, -1);
  // Not under the mutex: it may just have taken a goroutine, and answers when that has come to a wait.
  const agreed = await pool.askToRetire(number);
  await lifecycle.runExclusive(async () => {
    retiring = false;
    if (life.pool !== pool) return; // All were stopped meanwhile.
    if (!agreed || !(await pool.retire(number))) {
      add(THREAD_COUNT, 1);
      if (blockingSize() !== 0) wakeForBlocking(); // One more may run.
      return;
    }
    passOnNotices(number);
    leaveStreamsOf(number, 'its thread had nothing to do for long, and has ended');
    forget(number); // It was awake at its end.
    if (blockingSize() !== 0) wakeForBlocking(); // It may have been chosen for one in that moment.
    life.holdWhileBusy();
  });
  schedule(); // Another may have been asked for meanwhile.
}

/** So many processors from now on; settles when no more are held than that. Goroutines run already. */
export async function resize(count: number): Promise<void> {
  await keepingProcess(async () => {
    const before = load(PROCESSOR_COUNT);
    if (!life.threadsWanted || load(STOPPING) !== 0)
      throw new RuntimeStateError('runtime.setProcs: the runtime is being stopped');
    if (before === 0)
      throw new RuntimeStateError('runtime.setProcs: with procs: 0 all goroutines run on the calling thread, and stay there');
    configure({ procs: count });
    store(THREAD_LIMIT, count + settings().spareThreads);
    if (count > before) {
      let more = true;
      while (more && load(THREAD_COUNT) < count) more = await addThread(false);
      addProcessors(before, count);
      wakeForWork();
      // Those that were spare may be none any more, and one is kept.
      if (load(THREAD_COUNT) <= count) store(SPARE_WANTED, 1);
    } else {
      store(PROCESSOR_COUNT, count);
      while (retireProcessors(count, before) > 0 && load(STOPPING) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      // Who fell asleep before was none too many then, and is to see that it is now.
      for (const number of life.machines) wakeMachine(number);
    }
    store(MOST_HELD, load(HELD_PROCESSORS));
  });
  schedule(); // Another thread may be wanted, which could not be started meanwhile.
}

/** A thread has ended by itself: its goroutines end with it, another takes its place, unless all are being stopped. */
function replaceLost(pool: ThreadPool, lostMachine: number, why: string): void {
  const goroutines = endLostMachine(lostMachine, why);
  const ending = load(STOPPING) !== 0;
  const next = ending ? 'all are being stopped' : 'another takes its place';
  process.emitWarning(
    `a thread of the runtime has ended (${why}) and ${goroutines} goroutines with it; ${next}`,
    'ThreadLostWarning',
  );
  if (ending) return;
  const number = freeNumber(life.machines);
  if (number < 0) {
    throwUncaught(
      new RuntimeStateError(`${MONITOR_MACHINE} threads were used and lost, the last because ${why}; no other is started`),
    );
    return;
  }
  life.machines = life.machines.map((other) => (other === lostMachine ? number : other));
  coverNumbers(life.machines);
  announce(number);
  add(BUSY_MACHINES, 1);
  life.holdAgain();
  // Not under the lifecycle's mutex: a stop must not wait for a thread that does not answer.
  pool.replace(lostMachine, number).catch((error: unknown) => {
    if (load(STOPPING) !== 0) return;
    add(THREAD_COUNT, -1);
    forget(number);
    life.holdWhileBusy();
    throwUncaught(new RuntimeStateError('no thread could be started in the place of one that was lost', { cause: error }));
  });
}
