/**
 * The threads of the runtime: Piscina starts and ends them, one install task each makes them machines.
 *
 * For as long as a thread lives its two Comlink proxies are held, and released when it ends: Comlink drops requests in
 * flight when a proxy is collected during the call, and leaks when a worker ends during one.
 */
import * as Comlink from 'comlink';
import { Piscina } from 'piscina';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { sharedBufferSnapshot } from '../codec/shared-buffers.ts';
import { buffer } from '../memory/arena.ts';
import { store } from '../memory/atomics.ts';
import { INSTALLED_MACHINES } from '../memory/layout.ts';
import type { Installation, MainControl, WorkerControl } from './control.ts';

const WORKER_FILE = fileURLToPath(new URL('../worker.js', import.meta.url));

interface Member {
  control: Comlink.Remote<WorkerControl>;
  ports: MessagePort[];
}

export class ThreadPool {
  private readonly piscina: Piscina;
  private readonly members: Member[] = [];

  private constructor(threads: number) {
    this.piscina = new Piscina({
      filename: WORKER_FILE,
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      // Else a thread without a Piscina task sleeps in Atomics.wait, and its event loop with it.
      atomics: 'disabled',
      // Of the flags that concern the main program's entry, a worker refuses this one.
      execArgv: process.execArgv.filter((flag) => !flag.startsWith('--input-type')),
    });
  }

  /** Starts so many threads and makes them machines 1 and up, with the processors 0 and up. */
  static async start(threads: number, runtimeId: string, main: MainControl): Promise<ThreadPool> {
    const pool = new ThreadPool(threads);
    store(INSTALLED_MACHINES, 0);
    try {
      await Promise.all(Array.from({ length: threads }, (_, index) => pool.install(index, threads, runtimeId, main)));
    } catch (error) {
      await pool.end();
      throw error;
    }
    return pool;
  }

  private async install(index: number, machines: number, runtimeId: string, main: MainControl): Promise<void> {
    const toWorker = new MessageChannel();
    const toMain = new MessageChannel();
    const installation: Installation = {
      arena: buffer,
      runtimeId,
      machine: index + 1,
      machines,
      processor: index,
      sharedBuffers: sharedBufferSnapshot(),
      serve: toWorker.port2,
      call: toMain.port2,
    };
    const control = Comlink.wrap<WorkerControl>(toWorker.port1 as unknown as Comlink.Endpoint);
    Comlink.expose(main, toMain.port1 as unknown as Comlink.Endpoint);
    const ports = [toWorker.port1, toMain.port1];
    for (const port of ports) port.unref();
    this.members.push({ control, ports });
    await this.piscina.run(installation, { transferList: [toWorker.port2, toMain.port2] });
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
    for (const { control } of this.members) await control.abandon(message);
  }

  memory(): Promise<NodeJS.MemoryUsage[]> {
    return Promise.all(this.members.map(({ control }) => control.memory()));
  }

  /** Ends the threads. */
  async end(): Promise<void> {
    for (const { control, ports } of this.members) {
      control[Comlink.releaseProxy]();
      for (const port of ports) port.close();
    }
    this.members.length = 0;
    await this.piscina.destroy();
  }
}
