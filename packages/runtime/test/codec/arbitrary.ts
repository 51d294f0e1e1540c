/** Arbitrary values of everything that structured clone takes and a comparison can judge. */
import fc from 'fast-check';

const unit = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 2, arbitrary: fc.integer({ min: 0x80, max: 0xff }) },
  { weight: 2, arbitrary: fc.integer({ min: 0x100, max: 0xffff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0xd800, max: 0xdfff }) },
);
/** Strings of UTF-16 units, lone surrogates among them. */
export const text = fc.array(unit, { maxLength: 40 }).map((units) => String.fromCharCode(...units));

export const anyValue = fc.anything({
  key: fc.oneof(text, fc.string()),
  values: [
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.constantFrom(null, undefined, NaN, -0, Infinity),
    text,
    fc.string({ unit: 'binary' }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.array(fc.double()),
    fc.string().map((message) => new RangeError(message)),
  ],
  maxDepth: 4,
  withBigInt: true,
  withBoxedValues: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
});
