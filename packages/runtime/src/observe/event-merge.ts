/** Records of several machines, each in order of time, brought into one order. */
import {
  DETAIL_BITS,
  DETAIL_SHIFT,
  END_FINISHED,
  END_PARKED,
  END_YIELDED,
  EVENT_CLOCK,
  EVENT_FINISH,
  EVENT_ON,
  EVENT_PARK,
  EVENT_READY,
  EVENT_READY_START,
  EVENT_RECORD_ARGUMENT,
  EVENT_RECORD_NUMBER,
  EVENT_RECORD_TIME,
  EVENT_RECORD_WHAT,
  EVENT_RECORD_WORDS,
  EVENT_RESUME,
  EVENT_START,
  EVENT_YIELD,
  KIND_BITS,
  NUMBER_SHIFT,
  PROCESSOR_BITS,
  PROCESSOR_SHIFT,
  TICKS_A_MILLISECOND,
} from '../memory/event-records.ts';

/**
 * What one machine has told, from first to last, one thing at a time. What comes before the first CLOCK is passed over: it was
 * written for who has read the ring before. A record may say several things: `part` is the one at which the cursor stands.
 *
 *   START              how the turn before has ended, if it says so; START
 *   READY_START        READY; the end; START
 */
export class Cursor {
  readonly machine: number;
  private records: Int32Array = new Int32Array(0);
  /** Where the record stands. */
  private position = 0;
  private part = 0;
  /** The last CLOCK; NaN before the first. */
  private clock = Number.NaN;
  /** The time of the record before. */
  private before = 0;
  /** The goroutine of the last START, 0 where that is not known. */
  private running = 0;
  private readonly more: () => Int32Array | undefined;

  /** `more` gives the next records, or undefined while there are none. */
  constructor(machine: number, more: () => Int32Array | undefined) {
    this.machine = machine;
    this.more = more;
  }

  /** When it was told, in milliseconds; infinity when there is nothing. The others below are of the same. */
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
      this.position += EVENT_RECORD_WORDS;
    }
    return this.isReady() ? this.before : this.recordTime();
  }

  advance(): void {
    this.part++;
    if (this.part < this.parts()) return;
    if (this.isStart()) this.running = this.rawNumber;
    else if (this.rawKind === EVENT_ON || this.rawKind === EVENT_RESUME) this.running = 0;
    this.before = this.recordTime();
    this.part = 0;
    this.position += EVENT_RECORD_WORDS;
  }

  get kind(): number {
    if (this.isReady()) return EVENT_READY;
    if (this.isEnd()) return endKind(this.rawDetail);
    return this.isStart() ? EVENT_START : this.rawKind;
  }

  get detail(): number {
    if (this.isReady()) return 0;
    if (this.isEnd()) return endDetail(this.rawDetail);
    return this.isStart() ? 0 : this.rawDetail;
  }

  /** -1 for none. */
  get processor(): number {
    return ((this.word(EVENT_RECORD_WHAT) >> PROCESSOR_SHIFT) & ((1 << PROCESSOR_BITS) - 1)) - 1;
  }

  get argument(): number {
    return this.isReady() || this.isEnd() ? 0 : this.word(EVENT_RECORD_ARGUMENT);
  }

  get number(): number {
    return this.isEnd() ? this.running : this.rawNumber;
  }

  /** How many things the record says. */
  private parts(): number {
    return 1 + (this.rawKind === EVENT_READY_START ? 1 : 0) + (this.hasEnd() ? 1 : 0);
  }

  private isReady(): boolean {
    return this.part === 0 && this.rawKind === EVENT_READY_START;
  }

  private isEnd(): boolean {
    return this.hasEnd() && this.part === (this.rawKind === EVENT_READY_START ? 1 : 0);
  }

  private hasEnd(): boolean {
    return this.isStart() && this.rawDetail !== 0 && this.running !== 0;
  }

  private isStart(): boolean {
    const { rawKind } = this;
    return rawKind === EVENT_START || rawKind === EVENT_READY_START;
  }

  private get rawKind(): number {
    return this.word(EVENT_RECORD_WHAT) & ((1 << KIND_BITS) - 1);
  }

  private get rawDetail(): number {
    return (this.word(EVENT_RECORD_WHAT) >> DETAIL_SHIFT) & ((1 << DETAIL_BITS) - 1);
  }

  private get rawNumber(): number {
    return (this.word(EVENT_RECORD_WHAT) >>> NUMBER_SHIFT) * 2 ** 32 + (this.word(EVENT_RECORD_NUMBER) >>> 0);
  }

  private recordTime(): number {
    return this.clock + (this.word(EVENT_RECORD_TIME) >>> 0) / TICKS_A_MILLISECOND;
  }

  private readClock(): void {
    const { buffer, byteOffset } = this.records;
    this.clock = new Float64Array(buffer, byteOffset + (this.position + EVENT_RECORD_ARGUMENT) * 4, 1)[0]!;
  }

  private word(offset: number): number {
    return this.records[this.position + offset]!;
  }
}

/** Of a START's DETAIL. */
function endKind(detail: number): number {
  if (detail >= END_FINISHED) return EVENT_FINISH;
  return detail >= END_YIELDED ? EVENT_YIELD : EVENT_PARK;
}

function endDetail(detail: number): number {
  if (detail >= END_FINISHED) return detail - END_FINISHED;
  return detail - (detail >= END_YIELDED ? END_YIELDED : END_PARKED);
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
