// Chameneos-redux, of the benchmarks game: creatures of three colours come to a mall, meet there two by two, and go away
// each with the colour that the meeting gives them. The mall is a goroutine: the first one to come waits until the second has
// come, and both are told of each other. After so many meetings it is closed.

import { type Chan, chan, go, run, type SendChan } from 'goroutines';

type Colour = 'blue' | 'red' | 'yellow';

interface Guest {
  name: number;
  colour: Colour;
  /** Where it hears whom it has met. The channel is closed instead when the mall is. */
  met: Chan<Omit<Guest, 'met'>>;
}

interface Tally {
  meetings: number;
  /** With one of the same name: never, since each is met by others only. */
  withItself: number;
}

const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

function spelled(number: number): string {
  return [...`${number}`].map((digit) => digits[Number(digit)]).join(' ');
}

/** Of the same colour, it stays; of two, the third. */
function complement(one: Colour, other: Colour): Colour {
  if (one === other) return one;
  return (['blue', 'red', 'yellow'] as const).find((colour) => colour !== one && colour !== other)!;
}

function* creature(name: number, born: Colour, mall: SendChan<Guest>, tallies: SendChan<Tally>) {
  const met: Guest['met'] = chan();
  const tally = { meetings: 0, withItself: 0 };
  let colour = born;
  for (;;) {
    yield* mall.send({ name, colour, met });
    const [other, open] = yield* met.recvOk();
    if (!open) break;
    tally.meetings++;
    if (other.name === name) tally.withItself++;
    colour = complement(colour, other.colour);
  }
  yield* tallies.send(tally);
}

function* mallOf(meetings: number, guests: Chan<Guest>) {
  for (let held = 0; held < meetings; held++) {
    const first = (yield* guests.recv())!;
    const second = (yield* guests.recv())!;
    yield* first.met.send({ name: second.name, colour: second.colour });
    yield* second.met.send({ name: first.name, colour: first.colour });
  }
  // Who still comes is sent home.
  yield* guests.forEach(({ met }) => met.close());
}

function* meet(colours: Colour[], meetings: number) {
  console.log(colours.join(' '));
  const [mall, tallies] = [chan<Guest>(), chan<Tally>()];
  go(mallOf, meetings, mall);
  colours.forEach((colour, name) => go(creature, name, colour, mall, tallies));
  let total = 0;
  let withItself = 0;
  for (let index = 0; index < colours.length; index++) {
    const tally = (yield* tallies.recv())!;
    total += tally.meetings;
    withItself += tally.withItself;
  }
  mall.close();
  console.log(`${spelled(total)} meetings, ${spelled(withItself)} with oneself`);
}

function* main(meetings: number) {
  for (const one of ['blue', 'red', 'yellow'] as const) {
    console.log(['blue', 'red', 'yellow'].map((other) => `${one} + ${other} -> ${complement(one, other as Colour)}`).join(', '));
  }
  yield* meet(['blue', 'red', 'yellow'], meetings);
  yield* meet(['blue', 'red', 'yellow', 'red', 'yellow', 'blue', 'red', 'yellow', 'red', 'blue'], meetings);
}

await run(main, Number(process.argv[2] ?? 10_000));
