/** What a step is, in a sentence. */
import type { SchedulerEvent } from '../../src/observe/events.ts';

export type Names = ReadonlyMap<number, string>;

/** The function of each goroutine. */
export function namesOf(events: readonly SchedulerEvent[]): Names {
  const names = new Map<number, string>();
  for (const event of events) {
    if ((event.kind === 'create' || event.kind === 'start') && !names.get(event.goroutine)) {
      names.set(event.goroutine, event.fn ?? 'main');
    }
  }
  return names;
}

const threadName = (id: number): string => (id === 0 ? 'M0, the main thread,' : `M${id}`);

export function captionOf(event: SchedulerEvent, names: Names): string {
  const g = (goroutine: number): string => `G${goroutine} (${names.get(goroutine) ?? 'main'})`;
  const m = threadName(event.machine);
  switch (event.kind) {
    case 'create':
      return event.by === undefined
        ? `go: ${g(event.goroutine)} is made and put into the queue of M${event.machine}.`
        : `go: ${g(event.by)} makes ${g(event.goroutine)}, which goes into the queue of its thread.`;
    case 'start':
      return `${g(event.goroutine)} has its turn on ${m.replace(/,$/, '')}.`;
    case 'park':
      if (event.waitsFor === 'promise' || event.waitsFor === 'sleep') {
        const what = event.waitsFor === 'sleep' ? 'a timer' : 'a promise';
        return `${g(event.goroutine)} calls into the system and waits for ${what}: it goes to the poller, and its thread is free for the next.`;
      }
      return `${g(event.goroutine)} has to wait for another goroutine (${event.waitsFor}); its thread is free for the next.`;
    case 'yield':
      return event.preempted
        ? `${g(event.goroutine)} has computed for too long and makes way.`
        : `${g(event.goroutine)} lets the others run (gosched) and goes to the end of the line.`;
    case 'finish':
      return `${g(event.goroutine)} has ended${event.failed ? ', with an error' : ''}.`;
    case 'ready':
      if (event.cause === 'poller')
        return `What ${g(event.goroutine)} has waited for is there: the poller hands it back, it can go on.`;
      return `${event.by === undefined ? 'Other code' : g(event.by)} lets ${g(event.goroutine)} go on.`;
    case 'steal':
      return `${m} has nothing to run: it takes ${event.count === 1 ? 'one goroutine' : `${event.count} goroutines, half of what is there,`} out of the queue of M${event.from}.`;
    case 'take':
      return `${m} takes ${event.count} out of the global queue.`;
    case 'handoff':
      return `The monitor sees that M${event.from} does not come back from its call, and takes P${event.processor} away from it.`;
    case 'give':
      return `P${event.processor} is given to M${event.to}, which has waited for one.`;
    case 'acquire':
      return `${m} holds P${event.processor} now: it may run goroutines.`;
    case 'release':
      return event.takenAway
        ? `${m} comes back and finds its processor gone.`
        : `${m} has nothing to run and gives up its processor.`;
    case 'block':
      return `${m} runs the blocking call of ${g(event.goroutine)}; it needs no processor for it.`;
    case 'unblock':
      return 'The blocking call is over.';
    case 'collect':
      return `${m} has collected garbage for ${event.milliseconds.toFixed(1)} ms; nothing else ran there.`;
    default:
      return event.kind;
  }
}
