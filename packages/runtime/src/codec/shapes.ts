/**
 * Shapes: the names of a plain object's properties, in order, by number. They stand in shared memory once, in a table of fixed size
 * (SHAPES), so that values carry the number only, and every thread keeps what it has read of the table.
 *
 * Who wants to publish a shape takes a number by an atomic step, writes the names into that number's words, which are nobody
 * else's, and stores their count last. A thread that meets the number in a value comes behind that store: the value was written after
 * it, or after its writer had read it. A shape is never changed or taken back before the arena goes. Two threads that publish
 * the same one at the same time give it two numbers: that costs a place and nothing else.
 *
 * When the table is full, or names do not fit into a place, objects have their names with them, as those that are met for the first
 * time. Names that begin with a digit are left out, since indices come first whatever the order, and `__proto__` is, which is no
 * property in a literal.
 *
 * The shapes that a thread knows are a tree by their names, from the first one on: `children` of a node are what may come next.
 */
import { arena } from '../memory/arena.ts';
import { add, load, store } from '../memory/atomics.ts';
import { MAXIMUM_SHAPES, SHAPE_COUNT, SHAPE_WORDS, SHAPES } from '../memory/layout.ts';
import { interned } from './key-cache.ts';
import { makerOf, type ShapeMaker } from './shape-maker.ts';
import { isLatin1, readLatin1 } from './text.ts';

export const MOST_NAMES = 32;
/** Of a place: a byte for each name's length, and the names. */
const NAME_BYTES = (SHAPE_WORDS - 1) * 4;

export class ShapeNode {
  readonly children = new Map<string, ShapeNode>();
  /** One of the shapes that begin with the names up to here. */
  any: Shape | undefined;
  /** The shape that has these names and no more. */
  own: Shape | undefined;
}

export class Shape {
  readonly number: number;
  readonly names: readonly string[];
  /** How many names; -1 where this stands for no shape: then no index is below it and none equals it. */
  readonly length: number;
  /** The tree's nodes from the root on: where one is after so many of the names. */
  readonly nodes: readonly ShapeNode[];
  /** What came next after an object of this shape, when this thread last wrote one: a guess. */
  next: Shape;
  #maker: ShapeMaker | undefined;

  constructor(number: number, names: readonly string[], length: number, nodes: readonly ShapeNode[], next: Shape | undefined) {
    this.number = number;
    this.names = names;
    this.length = length;
    this.nodes = nodes;
    this.next = next ?? this;
  }

  get maker(): ShapeMaker {
    return (this.#maker ??= makerOf(this.names));
  }
}

const root = new ShapeNode();
/** What an object begins as whose shape cannot be guessed. */
export const UNKNOWN = new Shape(0, [], -1, [root], undefined);

/** By number: those that this thread knows. */
const shapes: Array<Shape | undefined> = [];
/** Numbers below this were looked through for shapes that other threads have published. */
let looked = 0;
let mapped: SharedArrayBuffer | undefined;
let whenForgotten: () => void = () => undefined;

/** Says what else is to be forgotten with an arena. */
export function forgetWithShapes(callback: () => void): void {
  whenForgotten = callback;
}

/** Call before a value is written or read: an arena may have been attached since. */
export function mapShapes(): void {
  if (mapped !== arena.buffer) forget();
}

function forget(): void {
  mapped = arena.buffer;
  root.children.clear();
  UNKNOWN.next = UNKNOWN;
  shapes.length = 0;
  looked = 0;
  whenForgotten();
}

/** The shape of a number that stands in a value. */
export function shapeOf(number: number): Shape {
  return shapes[number] ?? learn(number);
}

/** Whether there is room for another shape. */
export function isRoom(): boolean {
  return load(SHAPE_COUNT) < MAXIMUM_SHAPES;
}

/** Whether these names can be a shape. */
export function canBeShape(names: readonly string[]): boolean {
  if (names.length === 0 || names.length > MOST_NAMES) return false;
  let bytes = 0;
  for (const name of names) {
    if (name === '__proto__' || /^\d/.test(name) || !isLatin1(name)) return false;
    bytes += 1 + name.length;
  }
  return bytes <= NAME_BYTES;
}

/** Makes a shape of names that can be one, if nobody has and there is room. */
export function publish(names: readonly string[]): void {
  learnFromOthers();
  if (!isRoom() || nodesOf(names).at(-1)!.own !== undefined) return;
  const number = add(SHAPE_COUNT, 1);
  if (number >= MAXIMUM_SHAPES) return;
  const place = SHAPES + number * SHAPE_WORDS;
  let position = (place + 1) * 4;
  for (const name of names) {
    arena.bytes[position++] = name.length;
    for (let index = 0; index < name.length; index++) arena.bytes[position++] = name.charCodeAt(index);
  }
  // Publishes the names: pairs with the load in `learn`.
  store(place, names.length);
  learn(number);
}

/** A number that was taken and is not published yet is passed over: it may never be, if its thread was ended. */
function learnFromOthers(): void {
  const count = Math.min(load(SHAPE_COUNT), MAXIMUM_SHAPES);
  for (; looked < count; looked++) if (load(SHAPES + looked * SHAPE_WORDS) !== 0) shapeOf(looked);
}

function learn(number: number): Shape {
  const place = SHAPES + number * SHAPE_WORDS;
  const count = load(place);
  const names: string[] = [];
  let position = (place + 1) * 4;
  for (let index = 0; index < count; index++) {
    const length = arena.bytes[position++]!;
    names.push(interned(readLatin1(position, length)));
    position += length;
  }
  const nodes = nodesOf(names);
  const shape = new Shape(number, names, count, nodes, UNKNOWN);
  for (let index = 1; index <= count; index++) nodes[index]!.any ??= shape;
  nodes[count]!.own ??= shape;
  shapes[number] = shape;
  return shape;
}

/** From the root on. */
function nodesOf(names: readonly string[]): ShapeNode[] {
  const nodes = [root];
  for (const name of names) nodes.push(childOf(nodes.at(-1)!, name));
  return nodes;
}

function childOf(node: ShapeNode, name: string): ShapeNode {
  let child = node.children.get(name);
  if (child === undefined) node.children.set(name, (child = new ShapeNode()));
  return child;
}
