/**
 * Objects that every thread has, and of which each thread's own stands for the others': errors that programs compare with,
 * and `runtime`. They cross by number. They are errors or have no prototype: an ordinary object is not looked up here.
 */
export const SAME_LOCK_CANCELED = 0;
export const SAME_LOCK_TIMEOUT = 1;
export const SAME_LOCK_TAKEN = 2;
export const SAME_RUNTIME = 3;

const objects: object[] = [];

/** Called once a thread, when the module that has the object is loaded; threads may load modules in different orders. */
export function sameEverywhere(number: number, object: object): void {
  objects[number] = object;
}

/** -1 for any other object. */
export function numberOfSame(object: object): number {
  return objects.indexOf(object);
}

export function sameOfNumber(number: number): object {
  return objects[number]!;
}
