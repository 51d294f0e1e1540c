/** A run, replayed: where each goroutine, processor and thread is after so many events. */
import type { SchedulerEvent } from '../../src/observe/events.ts';

export interface Recording {
  events: SchedulerEvent[];
}

export interface MachineView {
  id: number;
  /** The processor that it holds. */
  processor: number | null;
  /** The goroutine that has its turn. */
  running: number | null;
  /** It stands in a call that holds up the thread, or runs a blocking call. */
  heldUp: boolean;
  /** Unstarted goroutines, the next one first. */
  queue: number[];
  /** Started ones that can go on. */
  ready: number[];
}

/** What is seen after a step. */
export interface Scene {
  machines: MachineView[];
  /** Processors that nobody holds. */
  idle: number[];
  /** Goroutines that wait for a timer, a file, a promise. */
  poller: number[];
  /** Those that wait for another goroutine, with what for. */
  waiting: Array<{ goroutine: number; reason: string }>;
  done: number[];
  /** Where garbage is being collected. */
  collecting: number | null;
  /** What the step is about: `G3`, `M1`, `P0`. */
  touched: string[];
}

/** As recordings number it. */
const MAIN = 1;
const POLLED = new Set(['sleep', 'promise']);

/** Before the first event: the main goroutine runs, on the main thread, and nobody holds a processor. */
export function firstScene({ events }: Recording): Scene {
  const processors = new Set(events.flatMap(({ processor }) => processor ?? []));
  const machines = new Set(
    events.flatMap((event) => ['from' in event ? event.from : undefined, event.machine].filter((id) => id !== undefined)),
  );
  return {
    machines: [...machines]
      .filter(isThread)
      .sort((a, b) => a - b)
      .map((id) => ({ ...emptyMachine(id), running: id === 0 ? MAIN : null })),
    idle: [...processors].sort((a, b) => a - b),
    poller: [],
    waiting: [],
    done: [],
    collecting: null,
    touched: [],
  };
}

/** The last number is the monitor's. */
function isThread(machine: number): boolean {
  return machine < 127;
}

function emptyMachine(id: number): MachineView {
  return { id, processor: null, running: null, heldUp: false, queue: [], ready: [] };
}

/** The scene after an event; the one before stays as it is. */
export function after(scene: Scene, event: SchedulerEvent): Scene {
  const next = structuredClone(scene);
  next.collecting = null;
  next.touched = new Replay(next, event).move();
  next.waiting.sort((a, b) => a.goroutine - b.goroutine);
  return next;
}

class Replay {
  private readonly scene: Scene;
  private readonly event: SchedulerEvent;
  private readonly here: MachineView;

  constructor(scene: Scene, event: SchedulerEvent) {
    this.scene = scene;
    this.event = event;
    this.here = this.machine(event.machine);
  }

  /** Makes the change, and returns what it is about. */
  move(): string[] {
    const { event, here, scene } = this;
    const at = `M${event.machine}`;
    const { kind, processor } = event;
    // Also where the recording began after it was acquired.
    if (processor !== undefined && kind !== 'handoff' && kind !== 'give' && kind !== 'release') this.hold(here, processor);
    switch (event.kind) {
      case 'create':
        if (event.machine === 0) here.queue.push(event.goroutine);
        else here.queue.unshift(event.goroutine); // Into the slot of the one to run next.
        return [`G${event.goroutine}`];
      case 'start':
        this.remove(event.goroutine);
        here.running = event.goroutine;
        return [`G${event.goroutine}`, at];
      case 'park':
        this.remove(event.goroutine);
        if (POLLED.has(event.waitsFor)) scene.poller.push(event.goroutine);
        else scene.waiting.push({ goroutine: event.goroutine, reason: event.waitsFor });
        return [`G${event.goroutine}`];
      case 'yield':
        this.remove(event.goroutine);
        here.ready.push(event.goroutine);
        return [`G${event.goroutine}`];
      case 'finish':
        this.remove(event.goroutine);
        here.heldUp = false;
        scene.done.push(event.goroutine);
        return [`G${event.goroutine}`];
      case 'ready':
        this.remove(event.goroutine);
        here.ready.push(event.goroutine);
        return [`G${event.goroutine}`];
      case 'steal':
        return this.steal(event.from, event.count);
      case 'handoff':
        this.machine(event.from).processor = null;
        this.machine(event.from).heldUp = true;
        if (event.processor !== undefined) this.release(event.processor);
        return [`P${event.processor}`, `M${event.from}`];
      case 'acquire':
        return [`P${event.processor}`, at];
      case 'give':
        return [`P${event.processor}`, `M${event.to}`];
      case 'release':
        if (here.processor !== null) this.release(here.processor);
        here.processor = null;
        return [at];
      case 'block':
        this.remove(event.goroutine);
        here.running = event.goroutine;
        here.heldUp = true;
        return [`G${event.goroutine}`, at];
      case 'unblock':
        here.running = null;
        here.heldUp = false;
        return [at];
      case 'collect':
        scene.collecting = event.machine;
        return [at];
      default:
        return [];
    }
  }

  private machine(id: number): MachineView {
    // The monitor has no place in the diagram.
    return this.scene.machines.find((machine) => machine.id === id) ?? emptyMachine(id);
  }

  private hold(machine: MachineView, processor: number): void {
    for (const other of this.scene.machines) if (other.processor === processor) other.processor = null;
    this.scene.idle = this.scene.idle.filter((idle) => idle !== processor);
    machine.processor = processor;
  }

  private release(processor: number): void {
    if (!this.scene.idle.includes(processor)) this.scene.idle.push(processor);
    this.scene.idle.sort((a, b) => a - b);
  }

  /** The oldest go first: those at the end of the list. */
  private steal(from: number, count: number): string[] {
    const victim = this.machine(from);
    // What the main thread has queued it has queued in order.
    const taken = from === 0 ? victim.queue.splice(0, count) : victim.queue.splice(-count, count).reverse();
    this.here.queue.push(...taken);
    return [...taken.map((goroutine) => `G${goroutine}`), `M${from}`, `M${this.here.id}`];
  }

  private remove(goroutine: number): void {
    const { scene } = this;
    const without = (list: number[]) => list.filter((other) => other !== goroutine);
    for (const machine of scene.machines) {
      machine.queue = without(machine.queue);
      machine.ready = without(machine.ready);
      if (machine.running === goroutine) machine.running = null;
    }
    scene.poller = without(scene.poller);
    scene.waiting = scene.waiting.filter((waiting) => waiting.goroutine !== goroutine);
  }
}
