import { expect, test } from 'vitest';
import { figure, spread } from '../dist/harness/figures.js';
import { summarize } from '../dist/harness/statistics.js';

test('the median of an odd number of values, in any order, which stays as it was', () => {
  const values = [5, 1, 3];
  expect(summarize(values).median).toBe(3);
  expect(values).toEqual([5, 1, 3]);
});

test('the median of an even number of values lies between the two in the middle', () => {
  expect(summarize([4, 1, 3, 2]).median).toBe(2.5);
});

test('quartiles, extremes and half the distance between the quartiles', () => {
  expect(summarize([1, 2, 3, 4, 100])).toEqual({
    median: 3,
    spread: 1,
    minimum: 1,
    lower: 2,
    upper: 4,
    maximum: 100,
    count: 5,
  });
  const { lower, upper } = summarize([10, 20, 30, 40]);
  expect([lower, upper]).toEqual([17.5, 32.5]);
});

test('one value has no spread, and no value is not a number', () => {
  expect(summarize([7])).toEqual({ median: 7, spread: 0, minimum: 7, lower: 7, upper: 7, maximum: 7, count: 1 });
  expect(summarize([])).toMatchObject({ median: Number.NaN, spread: Number.NaN, maximum: Number.NaN, count: 0 });
});

test('numbers are sorted as numbers', () => {
  expect(summarize([9, 10, 100]).median).toBe(10);
});

test('three digits, and no more of them than the figure deserves', () => {
  expect([0, 0.0421, 1.849, 43.09, 1234.4, -7.5, Number.NaN].map(figure)).toEqual([
    '0',
    '0.042',
    '1.85',
    '43.1',
    '1,234',
    '-7.50',
    '–',
  ]);
});

test('the spread in percent of the median; none of a single value', () => {
  expect(spread(summarize([90, 100, 110]))).toBe('±5 %');
  expect(spread(summarize([100]))).toBe('');
  expect(spread(undefined)).toBe('');
});
