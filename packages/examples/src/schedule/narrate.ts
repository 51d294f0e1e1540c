// What the scheduler did, in words, from its own events: what the usual diagrams of Go's scheduler show.

import { run, runtime, type SchedulerEvent } from 'goroutines';

/** Runs a program on so many processors and gives everything the scheduler did meanwhile. */
export async function recorded(procs: number, main: () => Generator<any, void, any>): Promise<SchedulerEvent[]> {
  const events: SchedulerEvent[] = [];
  const listener = (batch: readonly SchedulerEvent[]) => void events.push(...batch);
  runtime.configure({ procs });
  runtime.on('events', listener);
  await run(main);
  runtime.off('events', listener);
  return events;
}

/** One line for each step of a goroutine that has a name, and for what became of its processor. */
export function narrate(events: readonly SchedulerEvent[]): string[] {
  const names = new Map<number, string>();
  for (const event of events) if (event.kind === 'name') names.set(event.goroutine, `G${event.goroutine} (${event.name})`);
  const lines: string[] = [];
  /** Processors that were taken away, and are not held again yet. */
  const taken = new Set<number>();
  for (const event of events) {
    if ('goroutine' in event && !names.has(event.goroutine)) continue;
    const line = tell(event, names, taken);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

function tell(event: SchedulerEvent, names: ReadonlyMap<number, string>, taken: Set<number>): string | undefined {
  const { machine } = event;
  const processor = event.processor ?? -1;
  const name = 'goroutine' in event ? names.get(event.goroutine)! : '';
  switch (event.kind) {
    case 'create':
      return event.by === undefined
        ? undefined
        : `${names.get(event.by) ?? `G${event.by}`} starts ${name}, which is queued on M${machine}`;
    case 'start':
      return `${name} runs on M${machine}${processor < 0 ? '' : ` with P${processor}`}`;
    case 'park':
      if (event.waitsFor !== 'sleep' && event.waitsFor !== 'promise')
        return `${name} waits (${event.waitsFor}); M${machine} goes on with others`;
      return `${name} makes an asynchronous call (${event.waitsFor}): it waits in the poller, M${machine} goes on with others`;
    case 'ready':
      if (event.cause === 'poller') return `the poller makes ${name} ready again, on M${machine}`;
      return event.by === undefined ? undefined : `${names.get(event.by) ?? `G${event.by}`} makes ${name} ready`;
    case 'yield':
      return `${name} lets others run`;
    case 'finish':
      return `${name} ends`;
    case 'block':
      return undefined;
    case 'handoff':
      taken.add(processor);
      return `M${event.from} does not come back: the monitor takes P${processor} away from it`;
    case 'acquire':
      return taken.delete(processor) ? `M${machine} takes P${processor}, and what is queued` : undefined;
    case 'release':
      return event.takenAway ? `M${machine} is back, and finds its processor taken` : undefined;
    default:
      return undefined;
  }
}

export function print(title: string, lines: readonly string[]): void {
  console.log(title);
  for (const [index, line] of lines.entries()) console.log(`${String(index + 1).padStart(3)}. ${line}`);
}
