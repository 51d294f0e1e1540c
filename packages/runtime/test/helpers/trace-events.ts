/** A strict reader of Chrome's trace-event format, of as much of it as traces use. */

export interface TraceEvent {
  ph: string;
  name: string;
  cat?: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  id?: number;
  s?: string;
  bp?: string;
  args?: Record<string, unknown>;
}

const METADATA: Record<string, string> = {
  process_name: 'string',
  process_sort_index: 'number',
  thread_name: 'string',
  thread_sort_index: 'number',
};
/** What each phase must have beyond name, pid and tid. */
const FIELDS: Record<string, readonly string[]> = {
  M: ['args'],
  X: ['cat', 'ts', 'dur', 'args'],
  i: ['cat', 'ts', 's'],
  C: ['ts', 'args'],
  s: ['cat', 'ts', 'id'],
  f: ['cat', 'ts', 'id', 'bp'],
};
/** Times are written to the nanosecond. */
const LEAST = 0.0005;

/** The events of a trace. Throws Error with what is wrong. */
export function readTrace(text: string): TraceEvent[] {
  const trace = JSON.parse(text) as { traceEvents: TraceEvent[]; displayTimeUnit?: string };
  const unknown = Object.keys(trace).filter((key) => key !== 'traceEvents' && key !== 'displayTimeUnit');
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}`);
  if (!['ms', 'ns', undefined].includes(trace.displayTimeUnit)) throw new Error('displayTimeUnit is ms or ns');
  if (!Array.isArray(trace.traceEvents)) throw new Error('traceEvents is no list');
  const events = trace.traceEvents;
  for (const event of events) checkFields(event);
  checkNames(events);
  checkOrder(events);
  for (const slices of byTrack(events.filter(({ ph }) => ph === 'X')).values()) checkNesting(slices);
  checkArrows(events);
  return events;
}

function fail(event: TraceEvent, why: string): never {
  throw new Error(`${why}: ${JSON.stringify(event)}`);
}

function checkFields(event: TraceEvent): void {
  const fields = FIELDS[event.ph] ?? fail(event, 'phase');
  if (typeof event.name !== 'string' || event.name === '') fail(event, 'name');
  for (const field of fields) if (!(field in event)) fail(event, `no ${field}`);
  for (const field of Object.keys(event)) {
    if (!['ph', 'name', 'pid', 'tid', 'cat', 'args', ...fields].includes(field)) fail(event, `unknown ${field}`);
  }
  for (const field of ['pid', 'tid', 'id'] as const) {
    if (field in event && !(Number.isInteger(event[field]) && event[field]! >= 0)) fail(event, field);
  }
  for (const field of ['ts', 'dur'] as const) {
    if (field in event && !(Number.isFinite(event[field]) && event[field]! >= 0)) fail(event, field);
  }
  if ('cat' in event && (typeof event.cat !== 'string' || event.cat === '')) fail(event, 'cat');
  if ('s' in event && !['t', 'p', 'g'].includes(event.s!)) fail(event, 'scope');
  if ('bp' in event && event.bp !== 'e') fail(event, 'binding point');
  if ('args' in event && (typeof event.args !== 'object' || event.args === null)) fail(event, 'args');
  if (event.ph === 'C') {
    const values = Object.values(event.args!);
    if (values.length === 0 || values.some((value) => !(typeof value === 'number' && value >= 0))) fail(event, 'counter');
  }
  if (event.ph === 'M') {
    const type = METADATA[event.name] ?? fail(event, 'metadata');
    const value = event.args![type === 'string' ? 'name' : 'sort_index'];
    if (typeof value !== type || value === '') fail(event, 'metadata');
  }
}

const trackOf = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;

function byTrack(events: readonly TraceEvent[]): Map<string, TraceEvent[]> {
  const tracks = new Map<string, TraceEvent[]>();
  for (const event of events) {
    const track = tracks.get(trackOf(event));
    if (track === undefined) tracks.set(trackOf(event), [event]);
    else track.push(event);
  }
  return tracks;
}

/** Every process and every track with something on it has one name. */
function checkNames(events: readonly TraceEvent[]): void {
  const named = (name: string) => events.filter((event) => event.ph === 'M' && event.name === name);
  const processes = named('process_name').map(({ pid }) => pid);
  const threads = named('thread_name').map(trackOf);
  if (new Set(processes).size < processes.length || new Set(threads).size < threads.length) throw new Error('named twice');
  for (const event of events) {
    if (!processes.includes(event.pid)) fail(event, 'a process without a name');
    if (event.ph !== 'M' && event.ph !== 'C' && !threads.includes(trackOf(event))) fail(event, 'a track without a name');
  }
}

function checkOrder(events: readonly TraceEvent[]): void {
  const last = new Map<string, number>();
  for (const event of events) {
    if (!['X', 'i', 'C'].includes(event.ph)) continue;
    const track = event.ph === 'C' ? `${event.pid} ${event.name}` : trackOf(event);
    if (event.ts < (last.get(track) ?? 0) - LEAST) fail(event, 'not in order of time');
    last.set(track, event.ts);
  }
}

/** Of two slices of a track, one is within the other or after it. */
function checkNesting(slices: readonly TraceEvent[]): void {
  const open: number[] = [];
  for (const slice of [...slices].sort((a, b) => a.ts - b.ts || b.dur! - a.dur!)) {
    while (open.length > 0 && open.at(-1)! <= slice.ts + LEAST) open.pop();
    const end = slice.ts + slice.dur!;
    if (open.length > 0 && end > open.at(-1)! + LEAST) fail(slice, 'across the end of another');
    open.push(end);
  }
}

/** Whether a slice of the track has this time in it: says who knows the track's slices. */
function coverOf(slices: readonly TraceEvent[]): (time: number) => boolean {
  const sorted = [...slices].sort((a, b) => a.ts - b.ts);
  const ends: number[] = []; // The last end of all that have begun by then.
  for (const { ts, dur } of sorted) ends.push(Math.max(ends.at(-1) ?? 0, ts + dur!));
  return (time) => {
    let begun = 0;
    for (let after = sorted.length; begun < after; ) {
      const middle = (begun + after) >> 1;
      if (sorted[middle]!.ts <= time + LEAST) begun = middle + 1;
      else after = middle;
    }
    return begun > 0 && time <= ends[begun - 1]! + LEAST;
  };
}

/** Each arrow begins once, ends once and not before, both in a slice. */
function checkArrows(events: readonly TraceEvent[]): void {
  const tracks = new Map<string, (time: number) => boolean>();
  for (const [track, slices] of byTrack(events.filter(({ ph }) => ph === 'X'))) tracks.set(track, coverOf(slices));
  const starts = new Map<string, TraceEvent>();
  const ended = new Set<string>();
  for (const event of events) {
    if (event.ph !== 's' && event.ph !== 'f') continue;
    const key = `${event.cat}/${event.name}/${event.id}`;
    if (tracks.get(trackOf(event))?.(event.ts) !== true) fail(event, 'an arrow outside of slices');
    if (event.ph === 's') {
      if (starts.has(key)) fail(event, 'an arrow that begins twice');
      starts.set(key, event);
    } else {
      const start = starts.get(key) ?? fail(event, 'an arrow without a beginning');
      if (ended.has(key)) fail(event, 'an arrow that ends twice');
      if (event.ts < start.ts) fail(event, 'an arrow that goes back');
      ended.add(key);
    }
  }
  for (const [key, event] of starts) if (!ended.has(key)) fail(event, 'an arrow without an end');
}
