/**
 * Power series as goroutines, after Douglas McIlroy's "Squinting at Power Series": a series is a pair of channels, one that
 * asks for the next coefficient and one that brings it. Hundreds of goroutines ask each other, some of them themselves.
 */
import assert from 'node:assert/strict';
import { chan, go, select } from 'goroutines';

// ---- Rational numbers: [numerator, denominator]. `null` is the end of a series ----------------------------------------

function rational(numerator, denominator = 1n) {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? [0n, 1n] : [numerator / a, denominator / a];
}

function plus([a, b], [c, d]) {
  return rational(a * d + c * b, b * d);
}

function times([a, b], [c, d]) {
  return rational(a * c, b * d);
}

function inverse([a, b]) {
  return a < 0n ? [-b, -a] : [b, a];
}

const ZERO = [0n, 1n];
const ONE = [1n, 1n];
const MINUS_ONE = [-1n, 1n];

// ---- Series ----------------------------------------------------------------------------------------------------------

/** Asking never waits: each series has one reader, who asks again only when he has been answered. */
function series() {
  return { ask: chan(1), answer: chan() };
}

function* get(from) {
  yield* from.ask.send(true);
  return yield* from.answer.recv();
}

function* put(value, to) {
  yield* to.ask.recv();
  yield* to.answer.send(value);
}

function* copy(from, to) {
  for (;;) yield* put(yield* get(from), to);
}

function made(body, ...from) {
  const to = series();
  go(body, ...from, to);
  return to;
}

/** Two readers of one series. What only one of them has read is kept for the other, who may be who makes the series. */
function split(from, outputs = [series(), series()]) {
  go(splitting, from, outputs);
  return outputs;
}

function* splitting(from, outputs) {
  const kept = [[], []];
  const waits = [false, false];
  let asked = false;
  for (;;) {
    const hit = yield* select({
      first: waits[0] ? null : outputs[0].ask.recv(),
      second: waits[1] ? null : outputs[1].ask.recv(),
      answer: asked ? from.answer.recv() : null,
    });
    if (hit.key === 'answer') {
      asked = false;
      for (const side of [0, 1]) {
        if (waits[side]) yield* outputs[side].answer.send(hit.value);
        else kept[side].push(hit.value);
        waits[side] = false;
      }
      continue;
    }
    const side = hit.key === 'first' ? 0 : 1;
    if (kept[side].length > 0) {
      yield* outputs[side].answer.send(kept[side].shift());
      continue;
    }
    waits[side] = true;
    if (!asked) yield* from.ask.send(true);
    asked = true;
  }
}

function* repeating(value, to) {
  for (;;) yield* put(value, to);
}

function* endless(to) {
  for (;;) yield* put(null, to);
}

function* ofList(values, to) {
  for (const value of values) yield* put(value, to);
  yield* endless(to);
}

function* adding(one, other, to) {
  for (;;) {
    const a = yield* get(one);
    const b = yield* get(other);
    yield* put(a === null ? b : b === null ? a : plus(a, b), to);
  }
}

function* scaling(factor, from, to) {
  for (;;) {
    const value = yield* get(from);
    yield* put(value === null ? null : times(factor, value), to);
  }
}

/** `first` and then the series. */
function* shifting(first, from, to) {
  yield* put(first, to);
  yield* copy(from, to);
}

/** (u + xU)(v + xV) = uv + x(uV + vU) + xx UV. */
function* multiplying(one, other, to) {
  const u = yield* get(one);
  const v = yield* get(other);
  if (u === null || v === null) yield* endless(to);
  yield* put(times(u, v), to);
  const [ones, others] = [split(one), split(other)];
  const linear = add(scale(v, ones[0]), scale(u, others[0]));
  const next = yield* get(linear);
  if (next === null) yield* endless(to);
  yield* put(next, to);
  yield* copy(add(linear, multiply(ones[1], others[1])), to);
}

function* deriving(from, to) {
  yield* get(from);
  for (let power = 1n; ; power++) {
    const value = yield* get(from);
    yield* put(value === null ? null : times([power, 1n], value), to);
  }
}

function* integrating(constant, from, to) {
  yield* put(constant, to);
  for (let power = 1n; ; power++) {
    const value = yield* get(from);
    yield* put(value === null ? null : times([1n, power], value), to);
  }
}

/** 1 / (u + xU) = Z with Z = 1/u - x/u UZ. */
function* inverting(from, to) {
  const first = inverse(yield* get(from));
  const [own, out] = [series(), series()];
  split(shift(first, multiply(scale(times(MINUS_ONE, first), from), own)), [own, out]);
  yield* copy(out, to);
}

/** Z = exp U has the derivative ZU', and here the constant 1. */
function* exponentiating(from, to) {
  const [own, out] = [series(), series()];
  split(integrate(ONE, multiply(own, derive(from))), [own, out]);
  yield* copy(out, to);
}

/** U(V) for a V without a constant: u + V · (U(V) of the rest of U). */
function* substituting(outer, inner, to) {
  const [first, second] = split(inner);
  const u = yield* get(outer);
  yield* put(u, to);
  if (u === null) yield* endless(to);
  assert.deepEqual(yield* get(first), ZERO);
  yield* copy(multiply(first, substitute(outer, second)), to);
}

/** The Z for which U(Z) = x, of a U = xR: Z = x / R(Z). */
function* reversing(from, to) {
  assert.deepEqual(yield* get(from), ZERO);
  const [own, out] = [series(), series()];
  split(shift(ZERO, invert(substitute(from, own))), [own, out]);
  yield* copy(out, to);
}

/** U(c xⁿ). */
function* spreading(from, factor, distance, to) {
  for (let power = ONE; ; power = times(power, factor)) {
    const value = yield* get(from);
    if (value === null) yield* endless(to);
    yield* put(times(power, value), to);
    for (let index = 1; index < distance; index++) yield* put(ZERO, to);
  }
}

const add = (one, other) => made(adding, one, other);
const scale = (factor, from) => made(scaling, factor, from);
const shift = (first, from) => made(shifting, first, from);
const multiply = (one, other) => made(multiplying, one, other);
const derive = (from) => made(deriving, from);
const integrate = (constant, from) => made(integrating, constant, from);
const invert = (from) => made(inverting, from);
const exponentiate = (from) => made(exponentiating, from);
const substitute = (outer, inner) => made(substituting, outer, inner);
const reverse = (from) => made(reversing, from);
const spread = (from, factor, distance) => made(spreading, from, factor, distance);
const repeat = (value) => made(repeating, value);
const listed = (...values) => made(ofList, values);
const ones = () => repeat(ONE);

/** The first coefficients, as text. */
function* first(drive, count, from) {
  const coefficients = [];
  for (let index = 0; index < count; index++) {
    yield* drive(from.ask.send(true));
    const value = yield* drive(from.answer.recv());
    if (value === null) coefficients.push('end');
    else coefficients.push(value[1] === 1n ? `${value[0]}` : `${value[0]}/${value[1]}`);
  }
  return coefficients.join(' ');
}

export const powerSeries = {
  *'sums, multiples, shifts'(drive) {
    assert.equal(yield* first(drive, 5, ones()), '1 1 1 1 1');
    assert.equal(yield* first(drive, 5, add(ones(), repeat([2n, 1n]))), '3 3 3 3 3');
    assert.equal(yield* first(drive, 4, add(listed(ONE), ones())), '2 1 1 1');
    assert.equal(yield* first(drive, 4, add(listed(ONE, ONE), listed(ONE))), '2 1 end end');
    assert.equal(yield* first(drive, 4, scale(MINUS_ONE, ones())), '-1 -1 -1 -1');
    assert.equal(yield* first(drive, 4, shift(ZERO, ones())), '0 1 1 1');
    const [one, other] = split(derive(ones()));
    assert.equal(yield* first(drive, 4, one), '1 2 3 4');
    assert.equal(yield* first(drive, 6, other), '1 2 3 4 5 6');
  },

  *'products and derivatives'(drive) {
    assert.equal(yield* first(drive, 10, multiply(ones(), ones())), '1 2 3 4 5 6 7 8 9 10');
    assert.equal(yield* first(drive, 8, multiply(multiply(ones(), ones()), ones())), '1 3 6 10 15 21 28 36');
    assert.equal(yield* first(drive, 5, multiply(listed(ONE, ONE), listed(ONE, ONE))), '1 2 1 end end');
    assert.equal(yield* first(drive, 6, derive(ones())), '1 2 3 4 5 6');
    assert.equal(yield* first(drive, 6, integrate(ZERO, ones())), '0 1 1/2 1/3 1/4 1/5');
    assert.equal(yield* first(drive, 6, derive(integrate(ZERO, ones()))), '1 1 1 1 1 1');
  },

  *'a series that is made of itself'(drive) {
    assert.equal(yield* first(drive, 6, invert(ones())), '1 -1 0 0 0 0');
    assert.equal(yield* first(drive, 8, invert(listed(ONE, MINUS_ONE, MINUS_ONE))), '1 1 2 3 5 8 13 21');
    assert.equal(yield* first(drive, 6, exponentiate(listed(ZERO, ONE))), '1 1 1/2 1/6 1/24 1/120');
    assert.equal(
      yield* first(drive, 10, exponentiate(ones())),
      '1 1 3/2 13/6 73/24 167/40 4051/720 37633/5040 43817/4480 4596553/362880',
    );
  },

  *'one series in another'(drive) {
    assert.equal(yield* first(drive, 6, substitute(ones(), shift(ZERO, ones()))), '1 1 2 4 8 16');
    assert.equal(yield* first(drive, 7, spread(ones(), MINUS_ONE, 2)), '1 0 -1 0 1 0 -1');
    assert.equal(yield* first(drive, 8, integrate(ZERO, spread(ones(), MINUS_ONE, 2))), '0 1 0 -1/3 0 1/5 0 -1/7');
  },

  *'the tangent is what its inverse reverses to'(drive) {
    const arctangent = integrate(ZERO, spread(ones(), MINUS_ONE, 2));
    assert.equal(yield* first(drive, 8, reverse(arctangent)), '0 1 0 1/3 0 2/15 0 17/315');
  },
};
