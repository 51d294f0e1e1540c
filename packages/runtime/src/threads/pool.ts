/**
 * The threads of the runtime: Piscina starts and ends them, one install task each makes them machines.
 *
 * Each has a Piscina of its own. One for all gives a task to whichever thread is free of tasks: to add a thread, every other
 * must first refuse the task, and one whose goroutine blocks does not answer, which is when another thread is wanted.
 *
 * For as long as a thread lives its two Comlink proxies are held, and released when it ends: Comlink drops requests in
 * flight when a proxy is collected during the call, and leaks when a worker ends during one. Such a request is never answered,
 * so what may be asked of a thread that ends is raced with that end (`ask`).
 */

import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import type { Piscina } from 'piscina';
import { ArenaExhaustedError } from '../errors.ts';
import { memory } from '../memory/arena.ts';
import { load, waitAsyncWhile } from '../memory/atomics.ts';
import { coreModule } from '../memory/core.ts';
import { MACHINE_STATE, MACHINE_STATE_AWAKE, MACHINE_STATE_NONE, machineBase } from '../memory/layout.ts';
import { THREAD, type ThreadMessage } from '../scheduler/diagnostics.ts';
import type { ThreadReport } from '../scheduler/inspect.ts';
import type { Installation, MainControl, WorkerControl } from './control.ts';
import { connectParcels, disconnectParcels } from './parcels.ts';

/** What a thread runs. */
let workerFile = new URL('../worker.js', import.meta.url).href;

export function useWorkerFile(url: string): void {
  workerFile = url;
}

/** How long a thread may take that has just listened, in milliseconds: it may have come to a goroutine that runs on. */
const LONG_PATIENCE = 20_000;

interface Member {
  machine: number;
  control: Comlink.Remote<WorkerControl>;
  ports: MessagePort[];
  piscina: Piscina;
  /** Settles when the thread has ended, or is about to be ended: what it was asked then is never answered. */
  gone: Promise<undefined>;
  isGone: boolean;
  leave(): void;
  /** Set when it is being ended. */
  ended: Promise<void> | undefined;
}

export class ThreadPool {
  private members: Member[] = [];
  /** Those that are not machines yet, and when they are, or have failed. */
  private readonly starting = new Map<Member, Promise<unknown>>();
  private readonly runtimeId: string;
  private readonly spareMilliseconds: number;
  private readonly metrics: boolean;
  private readonly main: MainControl;
  /** Called when a thread has ended that was not told to. */
  private readonly lost: (pool: ThreadPool, machine: number, why: string) => void;
  private ending = false;

  constructor(
    runtimeId: string,
    spareMilliseconds: number,
    metrics: boolean,
    main: MainControl,
    lost: (pool: ThreadPool, machine: number, why: string) => void,
  ) {
    this.runtimeId = runtimeId;
    this.spareMilliseconds = spareMilliseconds;
    this.metrics = metrics;
    this.main = main;
    this.lost = lost;
  }

  /** Starts a thread for each of these machines; they begin when all have come. */
  async start(machines: readonly number[]): Promise<void> {
    try {
      const members = await Promise.all(machines.map((machine) => this.install(machine)));
      for (const member of members) if (member?.isGone === false) void member.control.begin();
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Starts one more thread, without waiting for any other; `counted` is called before it begins. */
  async add(machine: number, counted: () => void): Promise<void> {
    const member = await this.install(machine);
    if (member === undefined) return;
    counted();
    void member.control.begin();
  }

  /** Puts a new machine in the place of one that was lost. */
  async replace(lostMachine: number, machine: number): Promise<void> {
    const member = this.take(lostMachine);
    if (member !== undefined) void this.endMember(member);
    await this.add(machine, () => undefined);
  }

  /** Asks one thread to end its loop, if nothing of it would be missed. While a goroutine runs there it does not answer. */
  async askToRetire(machine: number): Promise<boolean> {
    const member = this.members.find((candidate) => candidate.machine === machine);
    return member !== undefined && (await ask(member, (control) => control.retire())) === true;
  }

  /** Ends one thread that has agreed to that. False when it was lost since. */
  async retire(machine: number): Promise<boolean> {
    const member = this.take(machine);
    if (member === undefined) return false;
    await abandonMember(member, 'a spare thread has ended');
    void this.endMember(member); // It has nothing of ours any more.
    return true;
  }

  private take(machine: number): Member | undefined {
    const member = this.members.find((candidate) => candidate.machine === machine);
    this.members = this.members.filter((candidate) => candidate !== member);
    return member;
  }

  /** Starts a thread and makes it a machine; undefined when all were ended meanwhile. */
  private async install(machine: number): Promise<Member | undefined> {
    const piscina = await poolOfOne();
    if (this.ending) return undefined;
    const toWorker = new MessageChannel();
    const toMain = new MessageChannel();
    const parcels = new MessageChannel();
    const installation: Installation = {
      memory,
      core: coreModule(),
      runtimeId: this.runtimeId,
      machine,
      spareMilliseconds: this.spareMilliseconds,
      metrics: this.metrics,
      serve: toWorker.port2,
      call: toMain.port2,
      parcels: parcels.port2,
    };
    const control = Comlink.wrap<WorkerControl>(toWorker.port1 as unknown as Comlink.Endpoint);
    Comlink.expose(this.main, toMain.port1 as unknown as Comlink.Endpoint);
    const ports = [toWorker.port1, toMain.port1];
    for (const port of ports) port.unref();
    const member: Member = { machine, control, ports, piscina, ...departure() };
    connectParcels(machine, parcels.port1);
    const task: Promise<string | undefined> = piscina.run(installation, {
      transferList: [toWorker.port2, toMain.port2, parcels.port2],
    });
    let why: Error | undefined;
    let code = 0;
    const thread = piscina.threads[0];
    thread?.once('error', (error: Error) => {
      why = error;
    });
    thread?.once('exit', (exitCode) => {
      code = exitCode;
      member.leave();
      if (this.ending || !this.members.includes(member)) return;
      const reason = why?.message ?? 'it exited';
      publish(machine, 'lost', reason);
      this.lost(this, machine, reason);
    });
    // To a thread that ends before it is ready, since what is imported first fails there, Piscina gives no task, and does not tell.
    const ended = member.gone.then(() => {
      throw why ?? endedBeforeReady(code);
    });
    const installed = Promise.race([task, ended]);
    this.starting.set(member, installed);
    try {
      const full = await installed;
      if (full !== undefined) throw new ArenaExhaustedError(full);
    } catch (error) {
      if (this.ending) return undefined;
      await this.endMember(member);
      throw error;
    } finally {
      this.starting.delete(member);
    }
    if (this.ending) return undefined;
    this.members.push(member);
    publish(machine, 'start');
    return member;
  }

  /**
   * Asks every thread to end its loop; true when all have, within so many milliseconds. One that is starting is waited for, since its
   * number and what it has allocated are its own by then.
   */
  async stop(patience: number): Promise<boolean> {
    if (!(await this.within(LONG_PATIENCE, Promise.allSettled(this.starting.values())))) return false;
    for (const { ports } of this.members) for (const port of ports) port.ref();
    return this.within(patience, Promise.all(this.members.map((member) => ask(member, (control) => control.stop()))));
  }

  /** Whether the answers have come within so many milliseconds. The timer keeps the process meanwhile. */
  private async within(patience: number, answers: Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, patience, false);
    });
    const inTime = await Promise.race([answers.then(() => true), late]);
    clearTimeout(timer);
    return inTime;
  }

  /** Ends the goroutines of all threads, after `stop`. One thread after the other: see `scheduler/abandon.ts`. */
  async abandon(message: string): Promise<void> {
    for (const member of this.members) await abandonMember(member, message);
  }

  /**
   * Asks every thread what its goroutines do; by machine, without those that do not listen within so many milliseconds, since a
   * goroutine runs on. One that sleeps will listen, though the kernel may keep it waiting; and who listens may take its time: tens
   * of thousands of goroutines are a matter of seconds.
   */
  async report(patience: number, withStacks: boolean): Promise<Map<number, ThreadReport>> {
    const listening = new Set<Member>();
    const listen = async (member: Member): Promise<void> => {
      await ask(member, (control) => control.listen());
      if (!member.isGone) listening.add(member);
    };
    const asked = this.members.map((member) => ({ member, answer: listen(member) }));
    const all = Promise.all(asked.map(({ answer }) => answer));
    if (!(await this.within(patience, all))) {
      const asleep = asked.filter(({ member }) => load(machineBase(member.machine) + MACHINE_STATE) !== MACHINE_STATE_AWAKE);
      await this.within(LONG_PATIENCE, Promise.all(asleep.map(({ answer }) => answer)));
    }
    const reports = new Map<number, ThreadReport>();
    const longer = [...listening].map(async (member) => {
      const report = await ask(member, (control) => control.report(withStacks));
      if (report !== undefined) reports.set(member.machine, report);
    });
    await this.within(LONG_PATIENCE, Promise.all(longer));
    return reports;
  }

  /** Whether a thread has hidden work, or does not answer within so many milliseconds. */
  async hasHiddenWork(patience: number, somebodyWaits: boolean): Promise<boolean> {
    let found = false;
    const answers = this.members.map(async (member) => {
      if (await ask(member, (control) => control.hasHiddenWork(somebodyWaits))) found = true;
    });
    return !(await this.within(patience, Promise.all(answers))) || found;
  }

  async memory(): Promise<NodeJS.MemoryUsage[]> {
    const answers = await Promise.all(this.members.map((member) => ask(member, (control) => control.memory())));
    return answers.filter((answer) => answer !== undefined);
  }

  /** Ends the threads, those that are still starting, too: nobody uses their machines' numbers after that. */
  async end(): Promise<void> {
    this.ending = true;
    const members = [...this.members, ...this.starting.keys()];
    this.members = [];
    await Promise.all(members.map((member) => this.endMember(member)));
  }

  private endMember(member: Member): Promise<void> {
    member.ended ??= this.endThread(member);
    return member.ended;
  }

  private async endThread(member: Member): Promise<void> {
    const { machine, control, ports, piscina } = member;
    member.leave();
    control[Comlink.releaseProxy]();
    for (const port of ports) port.close();
    disconnectParcels(machine); // Before anything is waited for: the machine's number may soon be another's.
    await piscina.destroy();
    publish(machine, 'end');
  }
}

function endedBeforeReady(code: number): Error {
  return new Error(
    `a thread ended with code ${code} before it was ready. ` +
      'What the process imports first (--import, --require, NODE_OPTIONS) runs in threads, too.',
  );
}

function publish(thread: number, event: ThreadMessage['event'], why?: string): void {
  if (THREAD.hasSubscribers) THREAD.publish({ thread, event, why });
}

function departure(): Pick<Member, 'gone' | 'isGone' | 'leave' | 'ended'> {
  let settle: (value: undefined) => void;
  const gone = new Promise<undefined>((resolve) => {
    settle = resolve;
  });
  return {
    gone,
    isGone: false,
    leave() {
      this.isGone = true;
      settle(undefined);
    },
    ended: undefined,
  };
}

/** Undefined when the thread has ended, or ends before it answers. */
async function ask<T>(member: Member, question: (control: Member['control']) => Promise<T>): Promise<T | undefined> {
  return member.isGone ? undefined : Promise.race([question(member.control), member.gone]);
}

/** Settles when the thread has given everything back, or has ended. */
async function abandonMember(member: Member, message: string): Promise<void> {
  if (member.isGone) return;
  void member.control.abandon(message);
  const address = machineBase(member.machine) + MACHINE_STATE;
  for (let state = load(address); state !== MACHINE_STATE_NONE && !member.isGone; state = load(address)) {
    await Promise.race([waitAsyncWhile(address, state), member.gone]);
  }
}

/**
 * One that starts its thread for the first task, and no other in its place when that has ended. Loaded when it is wanted: the threads
 * have this module, too, and of what one takes to start, 40 of 130 ms went into loading Piscina.
 */
async function poolOfOne(): Promise<Piscina> {
  const { Piscina } = await import('piscina');
  const piscina = new Piscina({
    filename: fileURLToPath(workerFile),
    // `process.argv` begins with Node and the worker's file; what follows is the program's.
    argv: process.argv.slice(2),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    // Else a thread without a Piscina task sleeps in Atomics.wait, and its event loop with it.
    atomics: 'disabled',
    ...workerFlags(),
  });
  // A thread's own error is what its 'exit' reports; without a listener Piscina's copy of it would end the process.
  piscina.on('error', () => undefined);
  return piscina;
}

const startFolder = process.cwd();
const ownRegister = new URL('../register.js', import.meta.url).href;
/** Flags that say how modules are loaded; those with a value may have it in the next argument. */
const loaderFlag = /^(?:-r|-C|--(?:import|require|loader|experimental-loader|conditions|enable-source-maps|no-warnings)\b)/;
const withValue = /^(?:-r|-C|--(?:import|require|loader|experimental-loader|conditions))$/;

/**
 * Workers take the process's flags by themselves, but refuse one that concerns the main program's entry. What is to be imported
 * first they look for from the working directory: where that has changed they get the flags that concern modules, with
 * the place of `goroutines/register` (flags of V8 and of the process hold for them as well, but may not be named).
 */
function workerFlags(): { execArgv?: string[] } {
  const { execArgv } = process;
  if (process.cwd() !== startFolder && execArgv.some((flag) => flag.endsWith('goroutines/register'))) {
    const kept = execArgv.filter((flag, index) => loaderFlag.test(flag) || withValue.test(execArgv[index - 1] ?? ''));
    return { execArgv: kept.map((flag) => flag.replace(/(^|^--import=)goroutines\/register$/, `$1${ownRegister}`)) };
  }
  const kept = execArgv.filter((flag) => !flag.startsWith('--input-type'));
  return kept.length === execArgv.length ? {} : { execArgv: kept };
}
