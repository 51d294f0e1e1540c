/**
 * Where goroutines are created: the places in the user's code that call `go`, by function.
 *
 * A stack trace costs several times what `go` does. But a function is started from few places, mostly from one; so
 * only the first calls with a function are looked at, and then one of many. What is reported is the places
 * that were seen, which is all of them unless one is new and rare.
 */
import { MAXIMUM_FUNCTIONS } from '../memory/layout.ts';
import { captureOwnFrames } from './own-frames.ts';

const FIRST_CALLS = 32;
const CALLS_BETWEEN_LOOKS = 1023;
const FIRST_LOCAL_ONES = 256;

/** By function number: how many calls to let pass before the next look. */
const skip = new Uint16Array(MAXIMUM_FUNCTIONS);
let localOnes = 0;
const looks = new Map<number, number>();
const sites = new Map<number, Set<string>>();

/** A goroutine with this function is created by the code that calls. */
export function noteCreation(functionNumber: number): void {
  if (skip[functionNumber] !== 0) {
    skip[functionNumber]!--;
    return;
  }
  const count = (looks.get(functionNumber) ?? 0) + 1;
  looks.set(functionNumber, count);
  if (count >= FIRST_CALLS) skip[functionNumber] = CALLS_BETWEEN_LOOKS;
  const site = currentSite();
  if (site === undefined) return;
  let known = sites.get(functionNumber);
  if (known === undefined) sites.set(functionNumber, (known = new Set()));
  known.add(site);
}

/** Where the local goroutine is created that is made now; noted for the first ones only. */
export function currentLocalSite(): string | undefined {
  if (localOnes >= FIRST_LOCAL_ONES) return undefined;
  localOnes++;
  return currentSite();
}

/** The innermost place of the user's code that is running: a function's name and its file, line and column. */
export function currentSite(): string | undefined {
  return captureOwnFrames(currentSite, 8)[0];
}

/** The places from which this thread was seen to start goroutines, by function number. */
export function creationSites(): Array<[functionNumber: number, sites: string[]]> {
  return [...sites].map(([functionNumber, places]) => [functionNumber, [...places]]);
}

export function creationSitesOf(functionNumber: number): string[] {
  return [...(sites.get(functionNumber) ?? [])];
}

/** Forgets what belongs to an arena used before. */
export function initializeCreationSites(): void {
  skip.fill(0);
  localOnes = 0;
  looks.clear();
  sites.clear();
}
