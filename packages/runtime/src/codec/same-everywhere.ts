/**
 * Objects that every thread has, and of which each thread's own stands for the others': errors that programs compare with,
 * and `runtime`. They cross by number, so all threads must name them in the same order. They are errors or have no prototype:
 * an ordinary object is not looked up here.
 */
const objects: object[] = [];

/** Called once a thread, when the module that has them is loaded. */
export function sameEverywhere(...named: object[]): void {
  objects.push(...named);
}

/** -1 for any other object. */
export function numberOfSame(object: object): number {
  return objects.indexOf(object);
}

export function sameOfNumber(number: number): object {
  return objects[number]!;
}
