import assert from 'node:assert/strict';
import { beforeEach, it } from 'vitest';
import { ClosedChannelError, ThreadLostError } from '../../src/errors.ts';
import { freshArena, roundTrip } from './harness.ts';

let cell = 0;
beforeEach(() => {
  ({ cell } = freshArena());
});

it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
  '%s comes back as itself',
  (ErrorClass) => {
    const error = new ErrorClass('wrong', { cause: { code: 7 } });
    const result = roundTrip(error, cell);
    assert.equal(Object.getPrototypeOf(result), ErrorClass.prototype);
    assert.deepStrictEqual(result, error);
    assert.equal(result.stack, error.stack);
    assert.deepStrictEqual(Object.keys(result), []);
    assert.equal(Object.prototype.toString.call(result), '[object Error]');
  },
);

it('own properties, such as code, are kept', () => {
  const error = Object.assign(new TypeError('wrong'), { code: 'E_WRONG', detail: { at: [1, 2] } });
  const result = roundTrip(error, cell);
  assert.equal(result.code, 'E_WRONG');
  assert.deepStrictEqual(result.detail, { at: [1, 2] });
});

it("a system call's error", () => {
  const error = Object.assign(new Error('ENOENT: no such file'), { errno: -2, code: 'ENOENT', syscall: 'open', path: '/x' });
  assert.deepStrictEqual(roundTrip(error, cell), error);
});

it('AggregateError with its errors', () => {
  const inner = new RangeError('inner');
  const result = roundTrip(new AggregateError([inner, 'text', inner], 'all failed'), cell);
  assert.ok(result instanceof AggregateError);
  assert.ok(result.errors[0] instanceof RangeError);
  assert.equal(result.errors[0], result.errors[2]);
  assert.equal(result.errors[1], 'text');
  assert.deepStrictEqual(Object.keys(result), []);
});

it('a class of this library comes back as itself', () => {
  const result = roundTrip(new ClosedChannelError('send on closed channel'), cell);
  assert.ok(result instanceof ClosedChannelError);
  assert.equal(result.name, 'ClosedChannelError');
  assert.ok(roundTrip({ deep: new ThreadLostError('gone') }, cell).deep instanceof ThreadLostError);
});

it('another class comes back as the nearest known one, with its name', () => {
  class HttpError extends Error {
    readonly status: number;
    constructor(status: number) {
      super(`status ${status}`);
      this.status = status;
    }
  }
  class NamedError extends TypeError {
    override readonly name = 'CustomName';
  }
  const http = roundTrip(new HttpError(404), cell);
  assert.equal(Object.getPrototypeOf(http), Error.prototype);
  assert.equal(http.name, 'HttpError');
  assert.equal(http.status, 404);
  const named = roundTrip(new NamedError('x'), cell);
  assert.ok(named instanceof TypeError);
  assert.equal(named.name, 'CustomName');
  const hidden = new Error('x');
  Object.defineProperty(hidden, 'name', { value: 'Hidden', enumerable: false });
  assert.equal(roundTrip(hidden, cell).name, 'Hidden');
});

it('errors in a cycle', () => {
  const error = new Error('round');
  error.cause = error;
  const result = roundTrip(error, cell);
  assert.equal(result.cause, result);
});

it('DOMException', () => {
  const error = new DOMException('stopped', 'AbortError');
  const result = roundTrip([error, error], cell);
  assert.ok(result[0] instanceof DOMException);
  assert.equal(result[0].name, 'AbortError');
  assert.equal(result[0].code, DOMException.ABORT_ERR);
  assert.equal(result[0].message, 'stopped');
  assert.equal(result[0].stack, error.stack);
  assert.equal(result[0], result[1]);
  const aborted = roundTrip(AbortSignal.abort().reason as DOMException, cell);
  assert.equal(aborted.name, 'AbortError');
});
