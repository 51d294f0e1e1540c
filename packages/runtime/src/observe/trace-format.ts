/**
 * Events as Chrome's trace events, the JSON that Perfetto and chrome://tracing show:
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * Process 1 has a track for each machine: turns of goroutines, blocking calls, spinning and sleep, one after the other; and one
 * for its collections, which are known only when they are over. Process 2 has a track for each processor, with the turns that
 * were taken on it. A turn is written when it ends, and what happened within it after that: so all of a track is in order of
 * time, except arrows. An arrow from who made a goroutine ready, or created it, to its next turn is written when it has arrived.
 */
import { MONITOR_MACHINE } from '../memory/layout.ts';
import type { SchedulerEvent } from './event-decode.ts';

const MACHINES = 1;
const PROCESSORS = 2;
/** The tracks of collections: the number of the machine's and this. */
const COLLECTIONS = 1000;
/** Counters are written at most so often, in µs. */
const COUNTER_PERIOD = 100;
const LONGEST_BUFFER = 1 << 16;
/** The slice of a machine that had too many turns to tell. */
const NOT_RECORDED = 'not recorded';

/** What goes on on a track. */
interface Slice {
  name: string;
  category: string;
  /** In µs. */
  start: number;
  /** JSON of what there is to say, without braces. */
  facts: string;
  goroutine: number;
  machine: number;
}

interface Track {
  pid: number;
  tid: number;
  slice: Slice | undefined;
  /** What happened during the slice. */
  held: string[];
  /** No slice begins before. */
  end: number;
}

interface Goroutine {
  state: 'runnable' | 'running' | 'waiting';
  name: string | undefined;
  /** Where the arrow to its next turn begins. */
  arrow: { name: string; machine: number; at: number } | undefined;
}

export class TraceFormat {
  private readonly write: (text: string) => void;
  /** What time is 0. */
  private readonly origin: number;
  private text = '';
  private readonly tracks = new Map<number, Track>();
  private readonly goroutines = new Map<number, Goroutine>();
  private alive: number;
  private runnable: number | undefined = 0;
  private countedAt = Number.NEGATIVE_INFINITY;
  private readonly counted = new Map<string, number>();
  private arrows = 0;
  private latest = 0;

  /** `origin`: when the trace begins, in the time of events; `alive`: goroutines that there are then. */
  constructor(origin: number, alive: number, write: (text: string) => void) {
    this.origin = origin;
    this.alive = alive;
    this.write = write;
    this.text = '{"displayTimeUnit":"ns","traceEvents":[\n';
    this.text += named('process_name', MACHINES, 0, 'M: machines (threads)').slice(2);
    this.text += named('process_name', PROCESSORS, 0, 'P: processors');
  }

  /** The next event, in order of time. */
  add(event: SchedulerEvent): void {
    const time = Math.max(0, (event.time - this.origin) * 1000);
    this.latest = Math.max(this.latest, time);
    const track = this.machineTrack(event.machine);
    switch (event.kind) {
      case 'create':
        this.created(event.goroutine, event.by, event.machine, time);
        break;
      case 'name':
        this.of(event.goroutine).name = event.name;
        break;
      case 'start':
        this.started(event, track, time);
        break;
      case 'park':
        this.turnEnds(event, track, time, event.waitsFor);
        this.become(event.goroutine, 'waiting');
        break;
      case 'yield':
        this.turnEnds(event, track, time, event.preempted ? 'preempted' : 'yielded');
        this.become(event.goroutine, 'runnable');
        break;
      case 'finish':
        this.turnEnds(event, track, time, event.failed ? 'failed' : 'finished');
        this.finished(event.goroutine);
        break;
      case 'ready':
        this.become(event.goroutine, 'runnable');
        this.of(event.goroutine).arrow =
          event.by === undefined || event.from === undefined
            ? undefined
            : { name: 'ready', machine: event.from, at: Math.max(0, (event.at - this.origin) * 1000) };
        break;
      case 'block': {
        const facts = `"goroutine":${event.goroutine},"function":${JSON.stringify(event.fn ?? '')}`;
        this.begin(track, time, 'blocking call', 'blocking', facts, event.goroutine, event.machine);
        break;
      }
      case 'unblock':
      case 'awake':
        this.end(track, time, '');
        break;
      case 'sleep':
        this.begin(track, time, 'asleep', 'machine', '', 0, event.machine);
        break;
      case 'spin':
        this.begin(track, time, 'spinning', 'machine', '', 0, event.machine);
        break;
      case 'spun':
        this.end(track, time, `"found":${event.found}`);
        break;
      case 'pause':
        this.paused(event, track, time);
        break;
      case 'resume':
        this.resumed(event, time);
        break;
      case 'collect':
        this.collected(event.machine, event.began, event.milliseconds, event.type);
        break;
      default:
        this.instant(event, track, time);
    }
    if (time - this.countedAt >= COUNTER_PERIOD) this.count(time);
  }

  /** What goes on ends at this time. Nothing is added after that. */
  finish(time: number): void {
    const end = Math.max(this.latest, (time - this.origin) * 1000);
    for (const track of this.tracks.values()) this.end(track, end, '');
    this.count(end);
    this.text += '\n]}\n';
    this.flush();
  }

  private created(goroutine: number, by: number | undefined, machine: number, at: number): void {
    this.alive++;
    this.become(goroutine, 'runnable');
    if (by !== undefined) this.of(goroutine).arrow = { name: 'go', machine, at };
  }

  private started(event: SchedulerEvent & { kind: 'start' }, track: Track, time: number): void {
    const { goroutine, machine, processor, fn } = event;
    this.become(goroutine, 'running');
    const known = this.of(goroutine);
    const title = `G${goroutine} ${known.name ?? nameOf(fn)}`.trimEnd();
    let facts = `"goroutine":${goroutine}`;
    if (known.name !== undefined) facts += `,"name":${JSON.stringify(known.name)}`;
    if (fn !== undefined) facts += `,"function":${JSON.stringify(fn)}`;
    const onMachine = processor === undefined ? facts : `${facts},"processor":${processor}`;
    const from = this.begin(track, time, title, 'goroutine', onMachine, goroutine, machine);
    if (processor !== undefined) {
      const other = this.processorTrack(processor);
      this.begin(other, time, title, 'goroutine', `${facts},"machine":${machine}`, goroutine, machine);
    }
    const { arrow } = known;
    known.arrow = undefined;
    if (arrow === undefined) return;
    const id = ++this.arrows;
    const head = `"name":"${arrow.name}","cat":"flow","id":${id},"pid":${MACHINES}`;
    this.line(`{"ph":"s",${head},"tid":${arrow.machine + 1},"ts":${microseconds(Math.min(arrow.at, from))}}`);
    this.line(`{"ph":"f","bp":"e",${head},"tid":${machine + 1},"ts":${microseconds(from)}}`);
  }

  private turnEnds(event: SchedulerEvent & { goroutine: number }, track: Track, time: number, how: string): void {
    if (track.slice?.category === 'goroutine' && track.slice.goroutine === event.goroutine)
      this.end(track, time, `"end":"${how}"`);
    if (event.processor === undefined) return;
    const other = this.processorTrack(event.processor);
    // It may have been taken away meanwhile, and others have their turns on it.
    if (other.slice?.goroutine === event.goroutine && other.slice.machine === event.machine)
      this.end(other, time, `"end":"${how}"`);
  }

  private finished(goroutine: number): void {
    this.alive--;
    this.become(goroutine, 'waiting');
    this.goroutines.delete(goroutine);
  }

  private paused({ machine, processor }: SchedulerEvent, track: Track, time: number): void {
    this.begin(track, time, NOT_RECORDED, 'machine', '', 0, machine);
    if (processor !== undefined) this.begin(this.processorTrack(processor), time, NOT_RECORDED, 'machine', '', 0, machine);
  }

  /** Which goroutines can go on is not known any more, so it is not counted; nor what leads to those that were seen before. */
  private resumed(event: SchedulerEvent & { kind: 'resume' }, time: number): void {
    const facts = `"turns":${event.turns}`;
    for (const track of this.tracks.values()) {
      if (track.slice?.name === NOT_RECORDED && track.slice.machine === event.machine) this.end(track, time, facts);
    }
    this.alive += event.goroutines;
    this.runnable = undefined;
    for (const [goroutine, known] of this.goroutines) {
      known.arrow = undefined;
      if (known.name === undefined) this.goroutines.delete(goroutine);
    }
  }

  private collected(machine: number, began: number, milliseconds: number, type: number): void {
    const start = (began - this.origin) * 1000;
    if (start < 0) return;
    const track = this.track(MACHINES, COLLECTIONS + machine, `${titleOf(machine)}: garbage collection`);
    this.begin(track, start, COLLECTION_NAMES.get(type) ?? 'collection', 'gc', '', 0, machine);
    this.end(track, start + milliseconds * 1000, '');
    this.latest = Math.max(this.latest, track.end);
  }

  private instant(event: SchedulerEvent, track: Track, time: number): void {
    let name: string;
    let facts = event.processor === undefined ? '' : `"processor":${event.processor}`;
    const add = (more: string): void => {
      facts += facts === '' ? more : `,${more}`;
    };
    switch (event.kind) {
      case 'steal':
        name = `steal ${event.count} from M${event.from}`;
        add(`"from":${event.from},"count":${event.count}`);
        break;
      case 'take':
        name = `take ${event.count} from the global queue`;
        add(`"count":${event.count}`);
        break;
      case 'handoff':
        name = `hand-off of P${event.processor} from M${event.from}`;
        add(`"from":${event.from}`);
        this.end(this.processorTrack(event.processor!), time, '"end":"handed off"');
        break;
      case 'give':
        name = `P${event.processor} to M${event.to}`;
        add(`"to":${event.to}`);
        break;
      case 'acquire':
        name = `acquire P${event.processor}`;
        break;
      case 'release':
        name = `release P${event.processor}`;
        add(`"takenAway":${event.takenAway}`);
        break;
      case 'dropped':
        name = `${event.count} events lost`;
        add(`"count":${event.count}`);
        this.end(track, time, '"end":"not known"');
        break;
      default:
        return;
    }
    const line = `{"ph":"i","s":"t","name":${JSON.stringify(name)},"cat":"scheduler","pid":${track.pid},"tid":${track.tid},"ts":${microseconds(Math.max(time, track.end))},"args":{${facts}}}`;
    if (track.slice === undefined) this.line(line);
    else track.held.push(line);
  }

  private count(time: number): void {
    this.countedAt = time;
    this.countOne('goroutines', Math.max(0, this.alive), time);
    if (this.runnable !== undefined) this.countOne('runnable', this.runnable, time);
  }

  private countOne(name: string, value: number, time: number): void {
    if (this.counted.get(name) === value) return;
    this.counted.set(name, value);
    const head = `"ph":"C","name":"${name}","cat":"scheduler","pid":${MACHINES},"tid":0,"ts":${microseconds(time)}`;
    this.line(`{${head},"args":{"${name}":${value}}}`);
  }

  private of(goroutine: number): Goroutine {
    let known = this.goroutines.get(goroutine);
    if (known === undefined) {
      known = { state: 'waiting', name: undefined, arrow: undefined };
      this.goroutines.set(goroutine, known);
    }
    return known;
  }

  private become(goroutine: number, state: Goroutine['state']): void {
    const known = this.of(goroutine);
    if (this.runnable !== undefined) {
      if (known.state === 'runnable') this.runnable--;
      if (state === 'runnable') this.runnable++;
    }
    known.state = state;
  }

  private machineTrack(machine: number): Track {
    return this.track(MACHINES, machine + 1, titleOf(machine));
  }

  private processorTrack(processor: number): Track {
    return this.track(PROCESSORS, processor + 1, `P${processor}`);
  }

  private track(pid: number, tid: number, name: string): Track {
    const key = pid * 65_536 + tid;
    let track = this.tracks.get(key);
    if (track === undefined) {
      track = { pid, tid, slice: undefined, held: [], end: 0 };
      this.tracks.set(key, track);
      this.text += named('thread_name', pid, tid, name);
      this.text += `,\n{"ph":"M","name":"thread_sort_index","pid":${pid},"tid":${tid},"args":{"sort_index":${tid}}}`;
    }
    return track;
  }

  /** Returns when: not before the end of what was before, though clocks of threads differ by fractions of µs. */
  private begin(
    track: Track,
    time: number,
    name: string,
    category: string,
    facts: string,
    goroutine: number,
    machine: number,
  ): number {
    this.end(track, time, '');
    const start = Math.max(time, track.end);
    track.slice = { name, category, start, facts, goroutine, machine };
    return start;
  }

  private end(track: Track, time: number, facts: string): void {
    const { slice } = track;
    if (slice === undefined) return;
    track.slice = undefined;
    track.end = Math.max(time, slice.start);
    const all = slice.facts === '' || facts === '' ? slice.facts + facts : `${slice.facts},${facts}`;
    const duration = round(track.end) - round(slice.start);
    this.line(
      `{"ph":"X","name":${JSON.stringify(slice.name)},"cat":"${slice.category}","pid":${track.pid},"tid":${track.tid},"ts":${microseconds(slice.start)},"dur":${microseconds(duration)},"args":{${all}}}`,
    );
    for (const line of track.held) this.line(line);
    track.held.length = 0;
  }

  private line(text: string): void {
    this.text += `,\n${text}`;
    if (this.text.length >= LONGEST_BUFFER) this.flush();
  }

  private flush(): void {
    this.write(this.text);
    this.text = '';
  }
}

function named(what: string, pid: number, tid: number, name: string): string {
  return `,\n{"ph":"M","name":"${what}","pid":${pid},"tid":${tid},"args":{"name":${JSON.stringify(name)}}}`;
}

function titleOf(machine: number): string {
  if (machine === 0) return 'M0 (main thread)';
  return machine === MONITOR_MACHINE ? 'monitor' : `M${machine}`;
}

/** The name in `name (file:line:column)`. */
function nameOf(fn: string | undefined): string {
  return fn === undefined ? '' : fn.slice(0, fn.indexOf(' ('));
}

/** To nanoseconds. */
function round(time: number): number {
  return Math.round(time * 1000) / 1000;
}

function microseconds(time: number): string {
  return String(round(time));
}

/** Node's `constants.NODE_PERFORMANCE_GC_…`. */
const COLLECTION_NAMES = new Map([
  [1, 'minor collection'],
  [4, 'major collection'],
  [8, 'incremental marking'],
  [16, 'weak callbacks'],
]);
