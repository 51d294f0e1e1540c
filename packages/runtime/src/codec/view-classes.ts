/** Classes of views on buffers, by number in a body. */
import { Buffer } from 'node:buffer';
import { Serializer } from 'node:v8';

type ViewClass = new (buffer: ArrayBufferLike, byteOffset: number, length?: number) => ArrayBufferView;

interface ViewKind {
  readonly name: string;
  readonly unit: number;
  make(buffer: ArrayBufferLike, byteOffset: number, length: number | undefined): ArrayBufferView;
}

const kinds: ViewKind[] = [];
const numbers = new Map<string, number>();

function add(name: string, unit: number, make: ViewKind['make']): void {
  numbers.set(name, kinds.length);
  kinds.push({ name, unit, make });
}

add('DataView', 1, (buffer, byteOffset, length) => new DataView(buffer, byteOffset, length));
add('Buffer', 1, (buffer, byteOffset, length) => Buffer.from(buffer, byteOffset, length));
for (const name of (
  'Int8Array,Uint8Array,Uint8ClampedArray,Int16Array,Uint16Array,Int32Array,Uint32Array,Float32Array,Float64Array,' +
  'BigInt64Array,BigUint64Array,Float16Array'
).split(',')) {
  const View = Reflect.get(globalThis, name) as (ViewClass & { BYTES_PER_ELEMENT: number }) | undefined;
  if (View === undefined) continue;
  add(name, View.BYTES_PER_ELEMENT, (buffer, byteOffset, length) => new View(buffer, byteOffset, length));
}

const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!;

/** The number of a view's class; a subclass counts as what it extends. */
export function viewNumber(view: ArrayBufferView): number {
  if (Buffer.isBuffer(view)) return numbers.get('Buffer')!;
  const name: unknown = typedArrayTag.call(view);
  return numbers.get(typeof name === 'string' ? name : 'DataView')!;
}

/** A view of that number; without a length when it follows its buffer's. */
export function makeView(
  number: number,
  buffer: ArrayBufferLike,
  byteOffset: number,
  byteLength: number | undefined,
): ArrayBufferView {
  const kind = kinds[number]!;
  return kind.make(buffer, byteOffset, byteLength === undefined ? undefined : byteLength / kind.unit);
}

/** Buffers that can change their length; newer than the library this is compiled with. */
export interface Resizable {
  readonly resizable?: boolean;
  readonly growable?: boolean;
  readonly maxByteLength?: number;
}

/**
 * Whether a view was made without a length, on a buffer that can change its own. Only the engine's serializer tells:
 * the lowest bit of the last byte that it writes for a view. Asked where it can matter.
 */
export function tracksLength(view: ArrayBufferView): boolean {
  const buffer = view.buffer as ArrayBufferLike & Resizable;
  if (buffer.resizable !== true && buffer.growable !== true) return false;
  if (view.byteOffset + view.byteLength !== buffer.byteLength) return false;
  const serializer = new Serializer() as Serializer & { _getSharedArrayBufferId(): number };
  serializer._getSharedArrayBufferId = () => 0;
  serializer.writeValue(view);
  return (serializer.releaseBuffer().at(-1)! & 1) === 1;
}
