/**
 * A glimpse of the scheduler's events: while a page is open, 50 ms of every two seconds are recorded, and handed to the dashboard's
 * thread as they stand in the rings. To record all the time would cost what a trace does.
 */
import { closeRings, drainRings, openRings, type RingReader } from '../observe/event-rings.ts';
import { clearTimeout, setTimeout } from '../scheduler/real-timers.ts';

const WINDOW_MILLISECONDS = 50;
const PAUSE_MILLISECONDS = 1950;

export class Glimpses {
  private readonly taken: (records: Int32Array[][]) => void;
  private timer: NodeJS.Timeout | undefined;
  /** By machine. */
  private readonly records = new Map<number, Int32Array[]>();
  private isOpen = false;

  constructor(taken: (records: Int32Array[][]) => void) {
    this.taken = taken;
  }

  start(): void {
    this.stop();
    this.begin();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.end();
    this.records.clear();
  }

  private begin(): void {
    try {
      openRings(this.keep, true);
      this.isOpen = true;
    } catch {
      return; // The memory is needed for other things.
    }
    this.timer = setTimeout(() => this.finish(), WINDOW_MILLISECONDS).unref();
  }

  private finish(): void {
    drainRings();
    this.end();
    this.taken([...this.records.values()]);
    this.records.clear();
    this.timer = setTimeout(() => this.begin(), PAUSE_MILLISECONDS).unref();
  }

  private end(): void {
    if (this.isOpen) closeRings(this.keep);
    this.isOpen = false;
  }

  private readonly keep: RingReader = ({ machine, records }) => {
    const pieces = this.records.get(machine);
    if (pieces === undefined) this.records.set(machine, [records.slice()]);
    else pieces.push(records.slice());
  };
}
