/**
 * Which shape an object has is seen while it is written, name by name, since each property is read once and in order: a getter
 * may change what follows. It begins as an object of the shape that came last time after the one before it; that is right nearly
 * always, and then each name is compared with the expected one and nothing else is to do.
 *
 * Where a name differs (`turn`), or there are fewer names (`settle`), it becomes an object of another shape that has the same names up
 * to there and this one next. What was written are the values of those same names, so it holds for that shape too, and only the number in
 * the object's head is changed, which has two bytes whatever the number. If there is no such shape, the head's tag is changed:
 * behind the values that are there already, VALUE_END and pairs of name and value follow, as in an object without a shape, which it
 * is when no value was there yet. So nothing is read twice and nothing that was written is moved (doubles must stay aligned),
 * whatever getters do. What a getter sends has a writer of its own; of what they share, `recent` and `next` are guesses, and
 * shapes only come and never go.
 */
import * as layout from './blob-layout.ts';
import type { BlobWriter } from './blob-writer.ts';
import { forgetCandidates, isTimeToLook, meet } from './shape-candidates.ts';
import { forgetWithShapes, MOST_NAMES, Shape, UNKNOWN } from './shapes.ts';

/** While an object is written: it has no shape, and what follows are pairs. */
const NONE = new Shape(0, [], -1, [], UNKNOWN);

/** The shape of the object that this thread began last. */
export const recent = { shape: UNKNOWN };

forgetWithShapes(() => {
  recent.shape = UNKNOWN;
  forgetCandidates();
});

/** A name that is not the expected one; `index` names of the shape were met. Returns the shape to go on with. */
export function turn(writer: BlobWriter, start: number, shape: Shape, index: number, name: string): Shape {
  if (shape !== NONE) {
    const other = shape.nodes[index]!.children.get(name)?.any;
    if (index === 0) recent.shape = other ?? UNKNOWN;
    if (other !== undefined) {
      writer.reshape(start, other.number);
      return other;
    }
    leaveShapes(writer, start, shape, index);
  }
  if (writer.namesOf === start && writer.names.push(name) > MOST_NAMES) writer.namesOf = -1;
  writer.key(name);
  return NONE;
}

function leaveShapes(writer: BlobWriter, start: number, shape: Shape, index: number): void {
  writer.unshape(start, index > 0);
  if (writer.namesOf >= 0 || !isTimeToLook()) return;
  writer.namesOf = start;
  writer.names = shape.names.slice(0, index);
}

/** The end of an object that has no shape yet, or fewer names than its shape. Returns the shape it had after all. */
export function settle(writer: BlobWriter, start: number, shape: Shape, index: number): Shape {
  if (shape !== NONE) {
    const { own } = shape.nodes[index]!;
    if (own !== undefined) {
      writer.reshape(start, own.number);
      return own;
    }
    leaveShapes(writer, start, shape, index);
  }
  writer.byte(layout.KEY_END);
  if (writer.namesOf === start) {
    writer.namesOf = -1;
    meet(writer.names);
  }
  return UNKNOWN;
}
