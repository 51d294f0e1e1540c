/**
 * Puts a frame together from shared memory: what processors and machines do, counts, and what has happened since the last
 * one. All of it is read by this thread alone; no other is asked, so a busy one does not hold it up.
 */
import { performance } from 'node:perf_hooks';
import { readSnapshot } from '../observe/snapshot.ts';
import { readStats } from '../observe/stats.ts';
import { Census } from './census.ts';
import type { Frame, Latency, LoopDelay } from './frame.ts';
import { Journal } from './journal.ts';

export class Sampler {
  private readonly census = new Census();
  private readonly journal = new Journal();
  private loop: LoopDelay | null = null;
  private loopAt = 0;
  private scheduling: Latency | null = null;
  /** Processor time of the last frame. */
  private milliseconds = 0;

  /** The main thread has answered. */
  noteLoop(loop: LoopDelay): void {
    this.loop = loop;
    this.loopAt = performance.now();
  }

  /** A glimpse was taken; with nobody's turn in it, the one before stands. */
  noteScheduling(latency: Latency | null): void {
    this.scheduling = latency ?? this.scheduling;
  }

  sample(pages: number): Omit<Frame, 'happenings'> {
    const start = process.cpuUsage();
    this.census.step();
    const stats = readStats();
    const snapshot = readSnapshot();
    const { processors, machines, spinning } = snapshot;
    this.journal.look(stats, snapshot);
    const { goroutines, globalQueue, blockingQueue, memory, machines: counters, ...totals } = stats;
    const frame = {
      at: Date.now(),
      uptime: Math.round(process.uptime() * 1000),
      goroutines,
      processors,
      machines: machines.map((machine) => ({
        ...machine,
        runs: machine.goroutine === undefined ? null : (this.census.seenOn(machine.id) ?? { id: machine.goroutine, name: '' }),
        started: counters[machine.id]!.started,
        switches: counters[machine.id]!.switches,
      })),
      globalQueue,
      blockingQueue,
      spinning,
      totals,
      census: this.census.report(),
      memory,
      loop: this.loop && { ...this.loop, age: Math.round(performance.now() - this.loopAt) },
      scheduling: this.scheduling,
      cost: { milliseconds: this.milliseconds, bytes: 0, pages, left: 0 },
    };
    const { user, system } = process.cpuUsage(start);
    this.milliseconds = (user + system) / 1000;
    return frame;
  }

  /** What has happened after the happening of this number. */
  happeningsAfter(number: number): Frame['happenings'] {
    return this.journal.after(number);
  }
}
