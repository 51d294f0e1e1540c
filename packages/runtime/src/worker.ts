/**
 * What runs on a worker thread: a Piscina task that installs the machine and returns.
 *
 * A task that lasted as long as the machine would keep the process alive for ever. So the task leaves the loop behind on
 * the thread's own libuv loop, and the thread under Piscina's care.
 */
import { threadId } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { releaseProxies } from './codec/handles.ts';
import { releasePages } from './codec/reference-pages.ts';
import { adoptSharedBuffers, closeSharedBuffers, openSharedBuffers } from './codec/shared-buffers.ts';
import { ArenaExhaustedError, RuntimeStateError } from './errors.ts';
import { whenAskedForGoroutines } from './life/reports.ts';
import { notify, store } from './memory/atomics.ts';
import { useCoreModule } from './memory/core.ts';
import { joinArena } from './memory/create.ts';
import { giveBackFreeBlocks } from './memory/heap.ts';
import { MACHINE_KERNEL_THREAD, MACHINE_STATE, MACHINE_STATE_NONE, MACHINE_THREAD } from './memory/layout.ts';
import { cleanStack } from './own-frames.ts';
import { abandonThread } from './scheduler/abandon.ts';
import { attachMachine } from './scheduler/attach.ts';
import { watchCollections } from './scheduler/collections.ts';
import { hasHiddenWork } from './scheduler/foreign.ts';
import { installFunctionHook } from './scheduler/function-values.ts';
import { reportThread, type ThreadReport } from './scheduler/inspect.ts';
import { installLoop, retireMachine, uninstallLoop } from './scheduler/loop.ts';
import { machine } from './scheduler/machine.ts';
import { Meter } from './scheduler/meter.ts';
import { LocalQueue } from './scheduler/run-queue.ts';
import { giveBackScratch } from './scheduler/scratch.ts';
import { whenSurplus } from './scheduler/spare.ts';
import { ownKernelThread } from './scheduler/thread-time.ts';
import { giveBackWaiters } from './scheduler/waiter.ts';
import { writeConsoleDirectly } from './threads/console.ts';
import type { Installation, MainControl, WorkerControl } from './threads/control.ts';
import { installParcels } from './threads/parcels.ts';
// Each tells the codec how to make its proxies; goroutines bring the rest of this package with them.
import './context/context.ts';
import './group/group.ts';
import './sync/atomic-int.ts';
import './sync/barrier.ts';
import './sync/channel.ts';
import './sync/cond.ts';
import './sync/mutex.ts';
import './sync/once.ts';
import './sync/proxy.ts';
import './sync/rw-mutex.ts';
import './sync/semaphore.ts';
import './sync/wait-group.ts';
import './time/timer.ts';

/** Resolves to nothing, or to what memory says that has no room for this thread: a copy of an error loses its class. */
export default async function install(installation: Installation): Promise<string | undefined> {
  try {
    await becomeMachine(installation);
  } catch (error) {
    if (error instanceof ArenaExhaustedError) return error.message;
    throw error;
  }
}

async function becomeMachine(installation: Installation): Promise<void> {
  const { memory, core, serve, call, parcels } = installation;
  useCoreModule(core);
  joinArena(memory, installation.machine);
  attachMachine(installation.machine);
  store(machine.base + MACHINE_THREAD, threadId);
  store(machine.base + MACHINE_KERNEL_THREAD, ownKernelThread());
  openSharedBuffers(installation.runtimeId);
  installFunctionHook();
  installParcels(parcels);
  writeConsoleDirectly();
  const main = Comlink.wrap<MainControl>(call as unknown as Comlink.Endpoint);
  Comlink.expose(control, serve as unknown as Comlink.Endpoint);
  forwardEnds(main);
  whenAskedForGoroutines(() => main.goroutines());
  if (installation.metrics) {
    machine.meter = new Meter();
    const { latency, turn } = machine.meter;
    await main.metrics({ latency, turn });
  }
  adoptSharedBuffers(await main.sharedBuffers());
  whenSurplus(installation.spareMilliseconds, () => void main.surplus(machine.number));
  watchCollections();
}

const control: WorkerControl = {
  begin(): void {
    machine.queue = new LocalQueue(machine.number);
    installLoop();
  },
  stop(): void {
    uninstallLoop();
  },
  abandon(message: string): void {
    abandonThread(new RuntimeStateError(message));
    closeSharedBuffers();
    releaseProxies();
    releasePages();
    giveBackWaiters();
    giveBackScratch();
    giveBackFreeBlocks();
    // Nothing of this thread may use what it has given back: no promise that was settled here, no timer, no finalizer.
    // So it answers by its state word, not by a message, and stands still until the thread is ended.
    store(machine.base + MACHINE_STATE, MACHINE_STATE_NONE);
    // Everybody: a wait of this thread's own, from a sleep that it has ended itself, may still stand there.
    notify(machine.base + MACHINE_STATE, Number.POSITIVE_INFINITY);
    blockForEver();
  },
  memory(): NodeJS.MemoryUsage {
    return process.memoryUsage();
  },
  listen(): void {
    // The answer is all.
  },
  report(withStacks: boolean): ThreadReport {
    return reportThread(withStacks);
  },
  hasHiddenWork,
  retire(): boolean {
    return retireMachine();
  },
};

/** What would end the thread must end the process, or be reported by it, as it would without threads. */
function forwardEnds(main: Comlink.Remote<MainControl>): void {
  process.on('uncaughtException', (error: unknown) => {
    if (process.listenerCount('uncaughtException') > 1) return; // The program handles it on this thread, as it may on any.
    cleanStack(error, () => []);
    void main.uncaught(error);
  });
  process.exit = ((code?: number) => {
    const wanted = code ?? process.exitCode;
    void main.exit(wanted === undefined ? undefined : Number(wanted));
    blockForEver(); // Never returns, as the caller expects.
  }) as typeof process.exit;
}

function blockForEver(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
