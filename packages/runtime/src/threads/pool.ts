/**
 * The threads of the runtime: Piscina starts and ends them, one install task each makes them machines.
 *
 * For as long as a thread lives its two Comlink proxies are held, and released when it ends: Comlink drops requests in
 * flight when a proxy is collected during the call, and leaks when a worker ends during one.
 */

import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Mutex as AsyncMutex } from 'async-mutex';
import * as Comlink from 'comlink';
import { Piscina } from 'piscina';
import { memory } from '../memory/arena.ts';
import { add, load, notify, store, waitAsyncWhile } from '../memory/atomics.ts';
import { coreModule } from '../memory/core.ts';
import { INSTALLED_MACHINES, MACHINE_STATE, MACHINE_STATE_NONE, MAXIMUM_MACHINES, machineBase } from '../memory/layout.ts';
import type { Installation, MainControl, WorkerControl } from './control.ts';

/** What a thread runs. */
let workerFile = new URL('../worker.js', import.meta.url).href;

export function useWorkerFile(url: string): void {
  workerFile = url;
}

interface Member {
  machine: number;
  processor: number;
  control: Comlink.Remote<WorkerControl>;
  ports: MessagePort[];
}

export class ThreadPool {
  private readonly piscina: Piscina;
  private members: Member[] = [];
  private readonly runtimeId: string;
  private readonly main: MainControl;
  /** Called when a thread has ended that was not told to. */
  private readonly lost: (machine: number, why: string) => void;
  private ending = false;
  /** One replacement at a time. */
  private readonly replacing = new AsyncMutex();

  private constructor(threads: number, runtimeId: string, main: MainControl, lost: (machine: number, why: string) => void) {
    this.runtimeId = runtimeId;
    this.main = main;
    this.lost = lost;
    this.piscina = new Piscina({
      filename: fileURLToPath(workerFile),
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      // Else a thread without a Piscina task sleeps in Atomics.wait, and its event loop with it.
      atomics: 'disabled',
      ...workerFlags(),
    });
    // A thread's own error is what its 'exit' reports; without a listener Piscina's copy of it would end the process.
    this.piscina.on('error', () => undefined);
  }

  /** Starts a thread for each of these machines, with the processors 0 and up. */
  static async start(
    machines: readonly number[],
    runtimeId: string,
    main: MainControl,
    lost: (machine: number, why: string) => void,
  ): Promise<ThreadPool> {
    const threads = machines.length;
    const pool = new ThreadPool(threads, runtimeId, main, lost);
    store(INSTALLED_MACHINES, 0);
    try {
      await Promise.all(machines.map((machine, index) => pool.install(machine, index, threads)));
    } catch (error) {
      await pool.end();
      throw error;
    }
    return pool;
  }

  /**
   * Puts a new machine in the place of one that was lost. Piscina has started a thread for it, but gives tasks to any
   * thread that is free; so every thread gets an installation, and those that are machines already refuse theirs.
   */
  async replace(lostMachine: number, machine: number): Promise<void> {
    await this.replacing.runExclusive(() => this.replaceNow(lostMachine, machine));
  }

  private async replaceNow(lostMachine: number, machine: number): Promise<void> {
    const member = this.members.find((candidate) => candidate.machine === lostMachine)!;
    this.members = this.members.filter((candidate) => candidate !== member);
    release(member);
    const threads = this.members.length + 1;
    store(INSTALLED_MACHINES, 0);
    // Another thread may end meanwhile; what counts is that this machine has come.
    const asked = await Promise.allSettled(
      Array.from({ length: threads }, () => this.install(machine, member.processor, threads)),
    );
    if (this.members.some((candidate) => candidate.machine === machine)) return;
    throw asked.find((result) => result.status === 'rejected')?.reason;
  }

  /** Makes a thread a machine, or finds that it is one; goes on when so many threads have been asked. */
  private async install(machine: number, processor: number, together: number): Promise<void> {
    const toWorker = new MessageChannel();
    const toMain = new MessageChannel();
    const installation: Installation = {
      memory,
      core: coreModule(),
      runtimeId: this.runtimeId,
      machine,
      together,
      processor,
      serve: toWorker.port2,
      call: toMain.port2,
    };
    const control = Comlink.wrap<WorkerControl>(toWorker.port1 as unknown as Comlink.Endpoint);
    Comlink.expose(this.main, toMain.port1 as unknown as Comlink.Endpoint);
    const ports = [toWorker.port1, toMain.port1];
    for (const port of ports) port.unref();
    const threadId = (await this.piscina.run(installation, { transferList: [toWorker.port2, toMain.port2] })) as number | null;
    if (threadId === null) {
      release({ control, ports });
      return;
    }
    this.members.push({ machine, processor, control, ports });
    const thread = this.piscina.threads.find((candidate) => candidate.threadId === threadId);
    let why = 'it exited';
    thread?.once('error', (error: Error) => {
      why = error.message;
    });
    thread?.once('exit', () => {
      if (this.ending) return;
      // Threads that are being asked to become machines shall not wait for its answer.
      add(INSTALLED_MACHINES, 1);
      notify(INSTALLED_MACHINES, MAXIMUM_MACHINES);
      this.lost(machine, why);
    });
    void control.begin();
  }

  /** Asks every thread to end its loop; true when all have, within so many milliseconds. */
  async stop(patience: number): Promise<boolean> {
    for (const { ports } of this.members) for (const port of ports) port.ref();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, patience, false);
    });
    const stopped = Promise.all(this.members.map(({ control }) => control.stop())).then(() => true);
    const inTime = await Promise.race([stopped, late]);
    clearTimeout(timer);
    return inTime;
  }

  /** Ends the goroutines of all threads, after `stop`. One thread after the other: see `scheduler/abandon.ts`. */
  async abandon(message: string): Promise<void> {
    for (const { control, machine } of this.members) {
      void control.abandon(message);
      const address = machineBase(machine) + MACHINE_STATE;
      for (let state = load(address); state !== MACHINE_STATE_NONE; state = load(address)) await waitAsyncWhile(address, state);
    }
  }

  memory(): Promise<NodeJS.MemoryUsage[]> {
    return Promise.all(this.members.map(({ control }) => control.memory()));
  }

  /** Ends the threads. */
  async end(): Promise<void> {
    this.ending = true;
    for (const member of this.members) release(member);
    this.members = [];
    await this.piscina.destroy();
  }
}

function release({ control, ports }: Pick<Member, 'control' | 'ports'>): void {
  control[Comlink.releaseProxy]();
  for (const port of ports) port.close();
}

/** Workers take the process's flags by themselves, but refuse one that concerns the main program's entry. */
function workerFlags(): { execArgv?: string[] } {
  const kept = process.execArgv.filter((flag) => !flag.startsWith('--input-type'));
  return kept.length === process.execArgv.length ? {} : { execArgv: kept };
}
