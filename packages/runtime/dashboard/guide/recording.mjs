/** Runs a program of packages/examples/src/guide in this process and gives its events, as the guide keeps them. */
import { runtime } from 'goroutines';

/** The programs, and the function whose goroutine is to be G3: the one that the scene is about. */
export const scenes = {
  'asynchronous-call': 'reader',
  'synchronous-call': 'caller',
  'work-stealing': 'worker',
  'scheduling-points': 'receiver',
};

/** Whether what a scene is about is in a recording. */
export function shows(scene, events) {
  const place = (holds, from = 0) => events.findIndex((event, index) => index >= from && holds(event));
  const inOrder = (...steps) => {
    let at = -1;
    return steps.every((holds) => (at = place(holds, at + 1)) >= 0);
  };
  const of = (kind, goroutine) => (event) => event.kind === kind && (goroutine === undefined || event.goroutine === goroutine);
  switch (scene) {
    case 'asynchronous-call': // G4 runs after G3 has gone to the poller and before it comes back.
      return inOrder(
        (event) => of('park', 3)(event) && event.waitsFor === 'promise',
        of('start', 4),
        (event) => of('ready', 3)(event) && event.cause === 'poller',
        of('finish', 3),
      );
    case 'synchronous-call': {
      const caller = events.find(of('start', 3))?.machine;
      // Its processor is taken away; another thread takes a goroutine of its queue and ends it, before the call is over.
      return inOrder(
        (event) => event.kind === 'handoff' && event.from === caller,
        (event) => event.kind === 'steal' && event.from === caller && event.machine !== caller,
        (event) => event.kind === 'finish' && event.machine !== caller && event.machine !== 0,
        of('finish', 3),
      );
    }
    case 'work-stealing': {
      const starter = events.find(of('start', 2))?.machine;
      return inOrder(
        (event) => event.kind === 'steal' && event.from === starter && event.count >= 3,
        (event) => event.kind === 'finish' && event.machine !== starter && event.machine !== 0,
      );
    }
    case 'scheduling-points':
      return inOrder(
        of('create', 3),
        (event) => of('park', 2)(event) && event.waitsFor === 'chan send',
        (event) => of('park', 2)(event) && event.waitsFor === 'sleep',
        of('collect'),
      );
    default:
      return false;
  }
}

/** What the diagram shows; the rest (looking for work, sleeping) only makes for more steps. */
const shown = new Set('create start park yield finish ready steal take handoff give acquire release block unblock'.split(' '));

export async function readRecording(scene) {
  const events = [];
  const listener = (batch) => events.push(...batch);
  runtime.on('events', listener);
  await import(new URL(`../../../examples/dist/guide/${scene}.js`, import.meta.url));
  runtime.off('events', listener);
  return { events: tidy(events, scenes[scene], scene === 'scheduling-points') };
}

/**
 * The second round only. Goroutines are numbered anew, G1 is main, G2 the starter; functions have their names only, and times
 * begin with 0. Of the collections the longest stays, in the scene that is about them.
 */
function tidy(all, third, collects) {
  const functions = all.map(({ kind, fn }) => (kind === 'create' ? fn?.replace(/ \(.*/, '') : undefined));
  const first = functions.lastIndexOf('starter');
  const round = all.slice(first).sort((a, b) => a.time - b.time);
  const collections = round.filter(({ kind, machine }) => collects && kind === 'collect' && machine !== 0);
  const longest = collections.sort((a, b) => b.milliseconds - a.milliseconds)[0];
  const numbers = numbered(all, round, third);
  const numberOf = (goroutine) => (goroutine === undefined ? undefined : numbers.get(goroutine));
  const kept = round.filter(
    (event) => event === longest || (shown.has(event.kind) && (event.goroutine === undefined || numbers.has(event.goroutine))),
  );
  return withoutNoise(kept).map(({ at, began, ...event }) => ({
    ...event,
    time: Math.round((event.time - round[0].time) * 1000) / 1000,
    ...('goroutine' in event && { goroutine: numberOf(event.goroutine) }),
    ...('by' in event && { by: numberOf(event.by) }),
    ...('fn' in event && { fn: event.fn?.replace(/ \(.*/, '') }),
  }));
}

function numbered(all, round, third) {
  const main = all.find(({ kind }) => kind === 'create').goroutine;
  const starts = round.filter(({ kind }) => kind === 'start');
  const of = (name) => starts.find(({ fn }) => fn?.startsWith(`${name} (`)).goroutine;
  return new Map(
    [...new Set([main, of('starter'), of(third), ...starts.map(({ goroutine }) => goroutine)])].map((id, index) => [
      id,
      index + 1,
    ]),
  );
}

/** Steps that change nothing: a processor given up and taken again at once, a turn that only goes on. */
function withoutNoise(events) {
  for (let index = 0; index < events.length; index++) {
    const event = events[index];
    const later = events.findIndex((other, place) => place > index && other.machine === event.machine);
    const next = events[later];
    if (next === undefined) continue;
    const givesAndTakes =
      event.kind === 'release' && !event.takenAway && next.kind === 'acquire' && next.processor === event.processor;
    const goesOn = event.kind === 'yield' && event.preempted && next.kind === 'start' && next.goroutine === event.goroutine;
    const startsTwice = event.kind === 'start' && next.kind === 'start' && next.goroutine === event.goroutine;
    if (givesAndTakes || goesOn) return withoutNoise(events.filter((other) => other !== event && other !== next));
    if (startsTwice) return withoutNoise(events.filter((other) => other !== next));
  }
  return events;
}
