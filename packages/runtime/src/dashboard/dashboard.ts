/**
 * `runtime.dashboard()` on the main thread: starts the dashboard's thread, and measures this thread's event loop for it while a
 * page is open. Nothing of it keeps the process alive, so a program ends, and a deadlock is found, as without it.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { RuntimeStateError, shown } from '../errors.ts';
import { memory } from '../memory/arena.ts';
import { coreModule } from '../memory/core.ts';
import { ensureArena, mustBeMain, whenArenaMade, whenThreadsStart } from '../runtime.ts';
import { newToken } from './access.ts';
import type { Hello } from './frame.ts';
import { Glimpses } from './glimpse.ts';
import { LoopDelayMeter } from './loop-delay.ts';
import type { FromDashboard, Start, ToDashboard } from './messages.ts';
import { readVariable } from './variable.ts';

export interface DashboardOptions {
  /** From 0 to 65,535; 0, the default, takes any that is free. */
  port?: number;
}

/** A dashboard that is being served. */
export interface Dashboard {
  /** Where a browser on this computer finds it. There is a secret in it: who has the address can see what the program does. */
  readonly url: string;
  /** Ends all its connections, and the server. */
  close(): Promise<void>;
}

const MOST_PORT = 65_535;
const LOOP_MILLISECONDS = 500;

interface Opened {
  port: number;
  dashboard: Promise<Dashboard>;
  thread: DashboardThread;
}
let opened: Opened | null = null;
const workerFile = new URL('../dashboard-worker.js', import.meta.url);

export function openDashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  const port = portOf(options);
  mustBeMain('runtime.dashboard');
  if (opened !== null) {
    if (port === 0 || port === opened.port) return opened.dashboard;
    throw new RuntimeStateError(`runtime.dashboard: one is open already, with port ${opened.port || 'any'}; close it first`);
  }
  if (!existsSync(workerFile)) {
    throw new RuntimeStateError('runtime.dashboard: a bundle does not carry the dashboard; run the program from its sources');
  }
  ensureArena();
  const thread = new DashboardThread(port, () => {
    if (opened?.thread === thread) opened = null;
  });
  opened = { port, dashboard: thread.opened, thread };
  return thread.opened;
}

/** When the first goroutine starts: the dashboard that the environment asks for. A program that it cannot have runs without. */
whenThreadsStart(() => {
  const asked = readVariable();
  if (asked === undefined || opened !== null) return;
  const say = (text: string): void => void process.stderr.write(`goroutines: ${text}\n`);
  new Promise<Dashboard>((resolve) => resolve(openDashboard({ port: asked.port }))).then(
    ({ url }) => say(`dashboard at ${url}`),
    (error: Error) => say(`no dashboard: ${error.message}`),
  );
  if (!asked.stays) return;
  process.once('beforeExit', () => {
    if (opened === null) return;
    say('the program has ended; its dashboard stays until Ctrl-C');
    opened.thread.stay();
  });
});

function portOf(options: DashboardOptions): number {
  if (typeof options !== 'object' || options === null) throw new TypeError('runtime.dashboard takes { port }');
  const unknown = Object.keys(options).find((key) => key !== 'port');
  if (unknown !== undefined) throw new TypeError(`runtime.dashboard: unknown option '${unknown}'; known is port`);
  const { port = 0 } = options;
  if (!Number.isInteger(port) || port < 0 || port > MOST_PORT) {
    throw new RangeError(`runtime.dashboard: port must be a whole number from 0 to ${MOST_PORT}, got ${shown(port)}`);
  }
  return port;
}

class DashboardThread {
  readonly opened: Promise<Dashboard>;
  private readonly worker: Worker;
  private readonly meter = new LoopDelayMeter();
  private readonly glimpses = new Glimpses((records) => this.tell({ kind: 'glimpse', records }));
  private readonly forgotten: () => void;
  private readonly forgetArena: () => void;
  private timer: NodeJS.Timeout | undefined;
  private closing: Promise<void> | null = null;

  constructor(port: number, forgotten: () => void) {
    this.forgotten = forgotten;
    const token = newToken();
    const assets = new URL('../dashboard/page/', import.meta.url).href;
    const start: Start = { memory, core: coreModule(), port, token, assets, hello: hello() };
    this.worker = new Worker(workerFile, {
      workerData: start,
      execArgv: [],
      name: 'goroutines dashboard',
    });
    this.forgetArena = whenArenaMade(() => this.tell({ kind: 'arena', memory }));
    this.worker.once('exit', () => this.leave());
    this.opened = new Promise((resolve, reject) => {
      let listens = false;
      this.worker.on('error', (error) => (listens ? warn(error) : reject(error)));
      this.worker.on('message', (message: FromDashboard) => {
        if (message.kind === 'listening') {
          listens = true;
          this.worker.unref(); // Until here it has kept the process for whoever awaits it.
          resolve({ url: `http://127.0.0.1:${message.port}/${token}/`, close: () => this.close() });
        } else if (message.kind === 'failed') {
          this.leave();
          reject(listenError(port, message));
        } else if (message.kind === 'watched') {
          this.watch(message.isWatched);
        }
      });
    });
  }

  /** From now on it keeps the process. */
  stay(): void {
    this.worker.ref();
  }

  private tell(message: ToDashboard): void {
    this.worker.postMessage(message);
  }

  private watch(isWatched: boolean): void {
    clearInterval(this.timer);
    if (!isWatched) {
      this.meter.stop();
      this.glimpses.stop();
      return;
    }
    this.meter.start();
    this.glimpses.start();
    this.timer = setInterval(() => this.tell({ kind: 'loop', latency: this.meter.read() }), LOOP_MILLISECONDS).unref();
  }

  private close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.worker.ref();
      this.worker.once('exit', () => resolve());
      this.tell({ kind: 'close' });
    });
    return this.closing;
  }

  private leave(): void {
    clearInterval(this.timer);
    this.meter.stop();
    this.glimpses.stop();
    this.forgetArena();
    this.forgotten();
  }
}

/** It only looks on: the program is not to end with it. */
function warn(error: Error): void {
  process.emitWarning(`the dashboard has ended: ${error.stack ?? error.message}`, 'DashboardWarning');
}

function listenError(port: number, { code, message }: { code: string; message: string }): Error {
  const cause = Object.assign(new Error(message), { code });
  if (code === 'EADDRINUSE') {
    return new RuntimeStateError(
      `runtime.dashboard: port ${port} of 127.0.0.1 is in use; give another, or 0 for any that is free`,
      { cause },
    );
  }
  if (code === 'EACCES') {
    return new RuntimeStateError(
      `runtime.dashboard: this user may not listen on port ${port}; give one from 1024 on, or 0 for any that is free`,
      { cause },
    );
  }
  return new RuntimeStateError(`runtime.dashboard: cannot listen on port ${port} of 127.0.0.1: ${message}`, { cause });
}

function hello(): Hello {
  return {
    pid: process.pid,
    program: process.argv[1] === undefined ? 'node' : path.basename(process.argv[1]),
    node: process.version,
    version: packageVersion(),
    platform: `${process.platform} ${process.arch}`,
  };
}

function packageVersion(): string {
  try {
    return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version ?? '';
  } catch {
    return ''; // In a bundle there is no such file.
  }
}
