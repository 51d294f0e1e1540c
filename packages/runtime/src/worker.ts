/**
 * What runs on a worker thread: a Piscina task that installs the machine and returns.
 *
 * A task that lasted as long as the machine would keep the process alive for ever. So the task leaves the loop behind on
 * the thread's own libuv loop, and the thread under Piscina's care. All install tasks wait for each other, else Piscina
 * could give one thread two.
 */

import { threadId } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { releaseProxies } from './codec/handles.ts';
import { adoptSharedBuffers, closeSharedBuffers, openSharedBuffers } from './codec/shared-buffers.ts';
import { RuntimeStateError } from './errors.ts';
import { add, load, notify, store, waitAsyncWhile } from './memory/atomics.ts';
import { useCoreModule } from './memory/core.ts';
import { joinArena } from './memory/create.ts';
import { giveBackFreeBlocks } from './memory/heap.ts';
import { INSTALLED_MACHINES, MACHINE_STATE, MACHINE_STATE_NONE } from './memory/layout.ts';
import { abandonThread } from './scheduler/abandon.ts';
import { attachMachine } from './scheduler/attach.ts';
import { installFunctionHook } from './scheduler/function-values.ts';
import { releaseHandles } from './scheduler/handle.ts';
import { installLoop, uninstallLoop } from './scheduler/loop.ts';
import { machine } from './scheduler/machine.ts';
import { LocalQueue } from './scheduler/run-queue.ts';
import { giveBackScratch } from './scheduler/scratch.ts';
import { giveBackSpareWaiter } from './scheduler/waiter.ts';
import { writeConsoleDirectly } from './threads/console.ts';
import type { Installation, MainControl, WorkerControl } from './threads/control.ts';
// Each tells the codec how to make its proxies; goroutines bring the rest of this package with them.
import './sync/atomic-int.ts';
import './sync/channel.ts';
import './sync/mutex.ts';
import './sync/wait-group.ts';

/** Returns the thread's number, by which the main thread knows it, or null when this thread is a machine already. */
export default async function install(installation: Installation): Promise<number | null> {
  const { memory, core, serve, call } = installation;
  if (machine.number > 0) {
    serve.close();
    call.close();
    await everybodyInstalled(installation.together);
    return null;
  }
  useCoreModule(core);
  joinArena(memory, installation.machine);
  attachMachine(installation.machine);
  openSharedBuffers(installation.runtimeId);
  installFunctionHook();
  writeConsoleDirectly();
  const main = Comlink.wrap<MainControl>(call as unknown as Comlink.Endpoint);
  Comlink.expose(control, serve as unknown as Comlink.Endpoint);
  forwardEnds(main);
  adoptSharedBuffers(await main.sharedBuffers());
  await everybodyInstalled(installation.together);
  processor = installation.processor;
  return threadId;
}

let processor = -1;

const control: WorkerControl = {
  begin(): void {
    machine.queue = new LocalQueue(processor);
    installLoop();
  },
  stop(): void {
    uninstallLoop();
  },
  abandon(message: string): void {
    abandonThread(new RuntimeStateError(message));
    closeSharedBuffers();
    releaseProxies();
    releaseHandles();
    giveBackSpareWaiter();
    giveBackScratch();
    giveBackFreeBlocks();
    // Nothing of this thread may use what it has given back: no promise that was settled here, no timer, no finalizer.
    // So it answers by its state word, not by a message, and stands still until the thread is ended.
    store(machine.base + MACHINE_STATE, MACHINE_STATE_NONE);
    notify(machine.base + MACHINE_STATE, 1);
    blockForEver();
  },
  memory(): NodeJS.MemoryUsage {
    return process.memoryUsage();
  },
};

/** What would end the thread must end the process, or be reported by it, as it would without threads. */
function forwardEnds(main: Comlink.Remote<MainControl>): void {
  process.on('uncaughtException', (error: unknown) => {
    void main.uncaught(error);
  });
  process.exit = ((code?: number) => {
    void main.exit(Number(code ?? process.exitCode ?? 0));
    blockForEver(); // Never returns, as the caller expects.
  }) as typeof process.exit;
}

function blockForEver(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

async function everybodyInstalled(machines: number): Promise<void> {
  add(INSTALLED_MACHINES, 1);
  notify(INSTALLED_MACHINES, machines);
  for (let installed = load(INSTALLED_MACHINES); installed < machines; installed = load(INSTALLED_MACHINES)) {
    await waitAsyncWhile(INSTALLED_MACHINES, installed);
  }
}
