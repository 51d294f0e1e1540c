/**
 * A trace: what the scheduler did, in a file. While it runs, events go to a spool beside the file every few ms; at the end
 * they are brought into order and written out as text, a piece at a time, without holding up the main thread for long.
 *
 * The file is complete however the process ends, as long as Node's `exit` comes: what is left to do is done there at once.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { RuntimeStateError, shown } from '../errors.ts';
import { distanceToClock } from '../scheduler/events.ts';
import { clearInterval, setImmediate, setInterval } from '../scheduler/real-timers.ts';
import { EventDecoder } from './event-decode.ts';
import { type Cursor, mergeUntil } from './event-merge.ts';
import { type Chunk, closeRings, drainLast, drainRings, openRings } from './event-rings.ts';
import { runningGoroutines } from './stats.ts';
import { TraceFormat } from './trace-format.ts';
import { Spool } from './trace-spool.ts';

/** A trace that is being taken. */
export interface Trace {
  readonly file: string;
  /** Ends the trace; settles when the file is written. It may be called again. Rejects when writing failed. */
  stop(): Promise<void>;
}

export interface TraceOptions {
  /** Every turn of a goroutine, however many there are: see `runtime.trace`. */
  full?: boolean;
}

const DRAIN_MILLISECONDS = 10;
const RECORDS_AT_ONCE = 20_000;

let current: RunningTrace | undefined;

/** There is an arena. Throws Error or RuntimeStateError, and then nothing has begun. */
export function startTrace(file: string, options: TraceOptions = {}): Trace {
  if (typeof file !== 'string' || file === '') {
    throw new TypeError(`runtime.trace takes the name of a file, got ${file === '' ? 'an empty one' : typeof file}`);
  }
  if (current !== undefined) {
    throw new RuntimeStateError(`runtime.trace: a trace to '${current.file}' is running, stop it before the next one begins`);
  }
  const { full = false }: TraceOptions = options;
  if (typeof full !== 'boolean') throw new TypeError(`runtime.trace: full must be true or false, got ${shown(full)}`);
  current = new RunningTrace(file, full);
  return current;
}

let looked = false;

/** Once: GOTRACE=file traces the whole run, with GOTRACEFULL=1 in full; %p in the name stands for the process's number. */
export function traceFromEnvironment(): void {
  const file = process.env.GOTRACE;
  if (looked || file === undefined || file === '') return;
  looked = true;
  startTrace(file.replaceAll('%p', String(process.pid)), { full: process.env.GOTRACEFULL === '1' });
}

class RunningTrace implements Trace {
  readonly file: string;
  private readonly descriptor: number;
  private readonly spool: Spool;
  private readonly distance = distanceToClock();
  private readonly timer: NodeJS.Timeout;
  private readonly format: TraceFormat;
  private readonly decoder: EventDecoder;
  /** Set when it has ended, and there is something left to write. */
  private cursors: Cursor[] | undefined;
  private endedAt = 0;
  private stopping: Promise<void> | undefined;
  private failure: Error | undefined;

  constructor(file: string, full: boolean) {
    this.file = file;
    try {
      this.descriptor = openSync(file, 'w');
      this.spool = new Spool(`${file}.events`);
    } catch (error) {
      throw new Error(`runtime.trace: cannot write '${file}': ${(error as Error).message}`, { cause: error });
    }
    const begun = performance.now();
    this.format = new TraceFormat(begun, runningGoroutines(), (text) => this.write(text));
    this.decoder = new EventDecoder(this.distance, (event) => this.format.add(event));
    try {
      openRings(this.keep, full);
    } catch (error) {
      closeSync(this.descriptor);
      this.spool.remove();
      throw error;
    }
    this.timer = setInterval(drainRings, DRAIN_MILLISECONDS).unref();
    process.on('exit', this.exit);
  }

  stop(): Promise<void> {
    this.stopping ??= this.writeOut();
    return this.stopping;
  }

  private readonly keep = (chunk: Chunk): void => {
    this.attempt(() => this.spool.add(chunk));
  };

  private readonly exit = (): void => {
    this.endRecording();
    while (this.writeSome());
  };

  private async writeOut(): Promise<void> {
    this.endRecording();
    while (this.writeSome()) await new Promise((resolve) => setImmediate(resolve));
    process.off('exit', this.exit);
    if (this.failure !== undefined) throw this.failure;
  }

  private endRecording(): void {
    if (this.cursors !== undefined) return;
    drainLast();
    closeRings(this.keep);
    clearInterval(this.timer);
    this.endedAt = performance.now();
    this.cursors = this.spool.cursors();
  }

  /** Returns whether there is more to write. */
  private writeSome(): boolean {
    if (current !== this) return false;
    let more = false;
    this.attempt(() => {
      more = mergeUntil(this.cursors!, Number.POSITIVE_INFINITY, (cursor) => this.decoder.decode(cursor), RECORDS_AT_ONCE);
      if (!more) this.format.finish(this.endedAt);
    });
    if (more) return true;
    closeSync(this.descriptor);
    this.spool.remove();
    current = undefined;
    return false;
  }

  private write(text: string): void {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.descriptor, bytes, done);
  }

  /** A disk that is full must not end the program. */
  private attempt(step: () => void): void {
    if (this.failure !== undefined) return;
    try {
      step();
    } catch (error) {
      this.failure = new Error(`the trace to '${this.file}' is incomplete: ${(error as Error).message}`, { cause: error });
      process.emitWarning(this.failure.message, 'TraceWarning');
    }
  }
}
