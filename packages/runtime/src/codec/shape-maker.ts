/**
 * Makes objects of a shape. Each shape has functions of its own, written as code, so that V8 knows the object's layout from the
 * literal and each property's place from its name: `object[key] = value` in one loop for all shapes is a lookup for each property.
 *
 * Where code may not be made of text (`--disallow-code-generation-from-strings`) one loop does the same.
 */
import type { BlobReader } from './blob-reader.ts';

type Make = (reader: BlobReader) => object;

export interface ShapeMaker {
  /** Reads the values in order. */
  readonly make: Make;
  /** The same in a value that refers back to its objects: the object must be there before its values are read. */
  readonly makeNumbered: Make;
}

type ReadValue = (reader: BlobReader) => unknown;
type SetLater = (reader: BlobReader, object: object, name: string, value: unknown) => void;

let readValue: ReadValue;
let setLater: SetLater;

/** Called by the module that reads values, which this one cannot import. */
export function provideReading(read: ReadValue, later: SetLater): void {
  readValue = read;
  setLater = later;
}

export function makerOf(names: readonly string[]): ShapeMaker {
  try {
    const write = new Function('readValue', 'setLater', codeOf(names.map((name) => JSON.stringify(name))));
    return write(readValue, setLater) as ShapeMaker;
  } catch {
    return loopOf(names);
  }
}

function codeOf(names: readonly string[]): string {
  const literal = names.map((name) => `${name}: readValue(reader)`);
  const empty = names.map((name) => `${name}: undefined`);
  const fill = names.map(
    (name) => `
      value = readValue(reader);
      if (reader.anyUnfinished) setLater(reader, object, ${name}, value);
      object[${name}] = value;`,
  );
  return `return {
    make(reader) {
      return { ${literal.join(', ')} };
    },
    makeNumbered(reader) {
      const object = reader.note({ ${empty.join(', ')} });
      let value;${fill.join('')}
      return object;
    },
  };`;
}

function loopOf(names: readonly string[]): ShapeMaker {
  const make: Make = (reader) => {
    const object: Record<string, unknown> = reader.note({});
    for (let index = 0; index < names.length; index++) {
      const name = names[index]!;
      const value = readValue(reader);
      if (reader.anyUnfinished) setLater(reader, object, name, value);
      object[name] = value;
    }
    return object;
  };
  return { make, makeNumbered: make };
}
