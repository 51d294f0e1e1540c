/** Records of several machines, each in order of time, brought into one order. */
import { RECORD_WORDS } from '../scheduler/events.ts';

const DOUBLES = RECORD_WORDS / 2;

/** The records of one machine, from first to last. */
export class Cursor {
  readonly machine: number;
  records: Int32Array = new Int32Array(0);
  /** The same as doubles. */
  cells: Float64Array = new Float64Array(0);
  /** The next record's first word. */
  position = 0;
  private readonly more: () => Int32Array | undefined;

  /** `more` gives the next records, or undefined while there are none. */
  constructor(machine: number, more: () => Int32Array | undefined) {
    this.machine = machine;
    this.more = more;
  }

  /** The time of the next record; infinity when there is none. */
  time(): number {
    while (this.position >= this.records.length) {
      const records = this.more();
      if (records === undefined) return Number.POSITIVE_INFINITY;
      this.records = records;
      this.cells = new Float64Array(records.buffer, records.byteOffset, (records.length / RECORD_WORDS) * DOUBLES);
      this.position = 0;
    }
    return this.cells[this.position >> 1]!;
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
    first.position += RECORD_WORDS;
  }
  return true;
}
