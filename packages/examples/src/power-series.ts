// Douglas McIlroy's "Squinting at Power Series": a series is a goroutine that gives its next coefficient when it is asked.
// Sums, products and integrals are goroutines that ask others; a series that is defined by itself, such as exp x = 1 + ∫ exp x,
// is one that asks itself.

import { type Chan, chan, go, run, select } from 'goroutines';

interface Series {
  /** Asking never waits: who reads a series asks again only when he was answered. */
  ask: Chan<true>;
  answer: Chan<Fraction>;
}

interface Fraction {
  above: bigint;
  below: bigint;
}

type Steps<T = void> = Generator<unknown, T, any>;

function fraction(above: bigint, below = 1n): Fraction {
  let [a, b] = [above < 0n ? -above : above, below];
  while (b !== 0n) [a, b] = [b, a % b];
  return { above: above / a || 0n, below: below / a };
}

const plus = (a: Fraction, b: Fraction) => fraction(a.above * b.below + b.above * a.below, a.below * b.below);
const times = (a: Fraction, b: Fraction) => fraction(a.above * b.above, a.below * b.below);
const text = ({ above, below }: Fraction) => (below === 1n ? `${above}` : `${above}/${below}`);

function newSeries(): Series {
  return { ask: chan(1), answer: chan() };
}

function* get({ ask, answer }: Series): Steps<Fraction> {
  yield* ask.send(true);
  return (yield* answer.recv())!;
}

function* put({ ask, answer }: Series, coefficient: Fraction): Steps {
  yield* ask.recv();
  yield* answer.send(coefficient);
}

/** One series for two readers. What only one has read is kept for the other, who may be who makes the series. */
function* splitting(from: Series, outputs: [Series, Series]): Steps {
  const kept: [Fraction[], Fraction[]] = [[], []];
  const waiting = [false, false];
  let asked = false;
  for (;;) {
    const hit = yield* select({
      first: waiting[0] ? null : outputs[0].ask.recv(),
      second: waiting[1] ? null : outputs[1].ask.recv(),
      answer: asked ? from.answer.recv() : null,
    });
    if (hit.key === 'answer') {
      asked = false;
      for (const side of [0, 1] as const) {
        if (waiting[side]) yield* outputs[side].answer.send(hit.value!);
        else kept[side].push(hit.value!);
        waiting[side] = false;
      }
      continue;
    }
    const side = hit.key === 'first' ? 0 : 1;
    const before = kept[side].shift();
    if (before !== undefined) {
      yield* outputs[side].answer.send(before);
      continue;
    }
    waiting[side] = true;
    if (!asked) yield* from.ask.send(true);
    asked = true;
  }
}

function split(from: Series, outputs: [Series, Series] = [newSeries(), newSeries()]): [Series, Series] {
  go(splitting, from, outputs);
  return outputs;
}

function* repeating(value: Fraction, to: Series): Steps {
  for (;;) yield* put(to, value);
}

function repeat(value: Fraction): Series {
  const to = newSeries();
  go(repeating, value, to);
  return to;
}

function* adding(one: Series, other: Series, to: Series): Steps {
  for (;;) yield* put(to, plus(yield* get(one), yield* get(other)));
}

function add(one: Series, other: Series): Series {
  const to = newSeries();
  go(adding, one, other, to);
  return to;
}

function* scaling(factor: Fraction, from: Series, to: Series): Steps {
  for (;;) yield* put(to, times(factor, yield* get(from)));
}

function scale(factor: Fraction, from: Series): Series {
  const to = newSeries();
  go(scaling, factor, from, to);
  return to;
}

/** (u + xU)(v + xV) = uv + x(uV + vU) + xx UV. */
function* multiplying(one: Series, other: Series, to: Series): Steps {
  const u = yield* get(one);
  const v = yield* get(other);
  yield* put(to, times(u, v));
  const [ones, others] = [split(one), split(other)];
  const linear = add(scale(v, ones[0]), scale(u, others[0]));
  yield* put(to, yield* get(linear));
  yield* adding(linear, multiply(ones[1], others[1]), to);
}

function multiply(one: Series, other: Series): Series {
  const to = newSeries();
  go(multiplying, one, other, to);
  return to;
}

function* integrating(constant: Fraction, from: Series, to: Series): Steps {
  yield* put(to, constant);
  for (let power = 1n; ; power++) yield* put(to, times(fraction(1n, power), yield* get(from)));
}

function integrate(constant: Fraction, from: Series): Series {
  const to = newSeries();
  go(integrating, constant, from, to);
  return to;
}

/** The series y with the constant c and the derivative f(y). */
function solve(constant: Fraction, derivative: (y: Series) => Series): Series {
  const [own, out] = [newSeries(), newSeries()];
  split(integrate(constant, derivative(own)), [own, out]);
  return out;
}

function* first(count: number, series: Series): Steps<string> {
  const coefficients: string[] = [];
  while (coefficients.length < count) coefficients.push(text(yield* get(series)));
  return coefficients.join(' ');
}

function* main(count: number) {
  const [zero, one] = [fraction(0n), fraction(1n)];
  console.log(`1/(1-x)   ${yield* first(count, repeat(one))}`);
  console.log(`1/(1-x)²  ${yield* first(count, multiply(repeat(one), repeat(one)))}`);
  // y' = y
  console.log(
    `exp x     ${yield* first(
      count,
      solve(one, (y) => y),
    )}`,
  );
  // y' = 1 + y²
  const square = (y: Series) => multiply(...split(y));
  console.log(
    `tan x     ${yield* first(
      count,
      solve(zero, (y) => add(constant(one), square(y))),
    )}`,
  );
}

function* justOne(value: Fraction, to: Series): Steps {
  yield* put(to, value);
  yield* repeating(fraction(0n), to);
}

function constant(value: Fraction): Series {
  const to = newSeries();
  go(justOne, value, to);
  return to;
}

await run(main, Number(process.argv[2] ?? 8));
