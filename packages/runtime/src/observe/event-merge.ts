/** Records of several machines, each in order of time, brought into one order. */
import {
  DETAIL_BITS,
  DETAIL_SHIFT,
  END_PARKED,
  END_YIELDED,
  EVENT_CLOCK,
  EVENT_ON,
  EVENT_PARK,
  EVENT_RECORD_ARGUMENT,
  EVENT_RECORD_NUMBER,
  EVENT_RECORD_TIME,
  EVENT_RECORD_WHAT,
  EVENT_RECORD_WORDS,
  EVENT_START,
  EVENT_YIELD,
  KIND_BITS,
  NUMBER_SHIFT,
  PROCESSOR_BITS,
  PROCESSOR_SHIFT,
  TICKS_A_MILLISECOND,
} from '../memory/event-records.ts';

/**
 * The records of one machine, from first to last, one at a time. What comes before the first CLOCK is passed over: it was
 * written for who has read the ring before. A START that says how the turn before has ended is two, the end first.
 */
export class Cursor {
  readonly machine: number;
  private records: Int32Array = new Int32Array(0);
  /** Where the record stands. */
  private position = 0;
  /** The last CLOCK; NaN before the first. */
  private clock = Number.NaN;
  /** The goroutine of the last START, 0 where that is not known. */
  private running = 0;
  /** At a START with an end: that has been told. */
  private endIsTold = false;
  private readonly more: () => Int32Array | undefined;

  /** `more` gives the next records, or undefined while there are none. */
  constructor(machine: number, more: () => Int32Array | undefined) {
    this.machine = machine;
    this.more = more;
  }

  /** When the record was written, in milliseconds; infinity when there is none. The others below are of that record. */
  time(): number {
    while (true) {
      while (this.position >= this.records.length) {
        const records = this.more();
        if (records === undefined) return Number.POSITIVE_INFINITY;
        this.records = records;
        this.position = 0;
      }
      if (this.rawKind === EVENT_CLOCK) this.readClock();
      else if (!Number.isNaN(this.clock)) break;
      this.advance();
    }
    return this.clock + (this.word(EVENT_RECORD_TIME) >>> 0) / TICKS_A_MILLISECOND;
  }

  advance(): void {
    if (this.isEnd()) {
      this.endIsTold = true;
      return;
    }
    const { kind } = this;
    if (kind === EVENT_START) this.running = this.number;
    else if (kind === EVENT_ON) this.running = 0;
    this.endIsTold = false;
    this.position += EVENT_RECORD_WORDS;
  }

  get kind(): number {
    return this.isEnd() ? (this.rawDetail >= END_YIELDED ? EVENT_YIELD : EVENT_PARK) : this.rawKind;
  }

  get detail(): number {
    if (this.rawKind !== EVENT_START) return this.rawDetail;
    return this.isEnd() ? this.rawDetail - (this.rawDetail >= END_YIELDED ? END_YIELDED : END_PARKED) : 0;
  }

  private isEnd(): boolean {
    return !this.endIsTold && this.rawKind === EVENT_START && this.rawDetail !== 0 && this.running !== 0;
  }

  private get rawKind(): number {
    return this.word(EVENT_RECORD_WHAT) & ((1 << KIND_BITS) - 1);
  }

  private get rawDetail(): number {
    return (this.word(EVENT_RECORD_WHAT) >> DETAIL_SHIFT) & ((1 << DETAIL_BITS) - 1);
  }

  /** -1 for none. */
  get processor(): number {
    return ((this.word(EVENT_RECORD_WHAT) >> PROCESSOR_SHIFT) & ((1 << PROCESSOR_BITS) - 1)) - 1;
  }

  get argument(): number {
    if (this.isEnd()) return 0;
    return this.word(EVENT_RECORD_ARGUMENT);
  }

  get number(): number {
    if (this.isEnd()) return this.running;
    return (this.word(EVENT_RECORD_WHAT) >>> NUMBER_SHIFT) * 2 ** 32 + (this.word(EVENT_RECORD_NUMBER) >>> 0);
  }

  private readClock(): void {
    const { buffer, byteOffset } = this.records;
    this.clock = new Float64Array(buffer, byteOffset + (this.position + EVENT_RECORD_ARGUMENT) * 4, 1)[0]!;
  }

  private word(offset: number): number {
    return this.records[this.position + offset]!;
  }
}

/**
 * Visits the records up to a time, oldest first, but at most so many. The cursor stands at the record; of equal ones the
 * first cursor's comes first. Returns whether there may be more.
 */
export function mergeUntil(
  cursors: readonly Cursor[],
  end: number,
  visit: (cursor: Cursor) => void,
  most = Number.POSITIVE_INFINITY,
): boolean {
  for (let visited = 0; visited < most; visited++) {
    let first: Cursor | undefined;
    let earliest = Number.POSITIVE_INFINITY;
    for (const cursor of cursors) {
      const time = cursor.time();
      if (time >= earliest) continue;
      earliest = time;
      first = cursor;
    }
    if (first === undefined || earliest > end) return false;
    visit(first);
    first.advance();
  }
  return true;
}
