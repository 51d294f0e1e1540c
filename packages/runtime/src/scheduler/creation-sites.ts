/**
 * Where goroutines are created: the places in the user's code that call `go`, and in which function those stand; by function.
 *
 * A stack trace costs several times what `go` does. But a function is started from few places, mostly from one; so
 * only the first calls with a function are looked at, and then one of many. What is reported is the places
 * that were seen, which is all of them unless one is new and rare. They stand in shared memory, for all threads.
 */
import { withOriginalPlaces } from '../functions/library.ts';
import { MAXIMUM_FUNCTIONS } from '../memory/layout.ts';
import { captureOwnFrames } from '../own-frames.ts';
import { changeCreators } from './function-block.ts';
import { functionNumberOf } from './goroutine.ts';
import { machine } from './machine.ts';

const FIRST_CALLS = 32;
const CALLS_BETWEEN_LOOKS = 1023;
const FIRST_LOCAL_ONES = 256;
/** Deep enough for our own frames and the one that is looked for. */
const FRAMES = 8;

/** A place that starts goroutines. */
export interface Creator {
  /** `name (file:line:column)` */
  site: string;
  /** The number of the function whose goroutine ran there; -1 for a local goroutine, or code that is in none. */
  parent: number;
}

/** By function number: how many calls to let pass before the next look, how many looks there were, what this thread has seen. */
const skip = new Uint16Array(MAXIMUM_FUNCTIONS);
const looks = new Map<number, number>();
const seen = new Set<string>();
let localOnes = 0;

/** A goroutine with this function is created by the code that calls. */
export function noteCreation(functionNumber: number): void {
  if (skip[functionNumber] === 0) look(functionNumber);
  else skip[functionNumber]!--;
}

function look(functionNumber: number): void {
  const count = (looks.get(functionNumber) ?? 0) + 1;
  looks.set(functionNumber, count);
  if (count >= FIRST_CALLS) skip[functionNumber] = CALLS_BETWEEN_LOOKS;
  const site = currentSite();
  const line = `${parentOf(machine.current?.record)} ${site}`;
  const key = `${functionNumber} ${line}`;
  if (site === undefined || seen.has(key)) return;
  seen.add(key);
  changeCreators(functionNumber, (text) => {
    const lines = text === '' ? [] : text.split('\n');
    return lines.includes(line) ? text : [...lines, line].join('\n');
  });
}

function parentOf(record: number | undefined): number {
  return record === undefined ? -1 : Math.max(-1, functionNumberOf(record));
}

/** The places from which goroutines with this function were seen to be started. */
export function creatorsOf(functionNumber: number): Creator[] {
  const text = changeCreators(functionNumber, (same) => same);
  if (text === '') return [];
  return text.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return { parent: Number(line.slice(0, space)), site: line.slice(space + 1) };
  });
}

/** The places where a goroutine was created, those where its creators were, and so on; a function that comes again ends it. */
export function creationOf(functionNumber: number, localSite: string | undefined): string[][] {
  if (functionNumber < 0) return localSite ? [[localSite]] : []; // None for the main goroutine.
  const chain: string[][] = [];
  const passed = new Set<number>();
  for (let numbers = [functionNumber]; numbers.length > 0; ) {
    for (const number of numbers) passed.add(number);
    const creators = numbers.flatMap((number) => creatorsOf(number));
    if (creators.length > 0) chain.push([...new Set(creators.map(({ site }) => site))]);
    numbers = [...new Set(creators.map(({ parent }) => parent))].filter((parent) => parent >= 0 && !passed.has(parent));
  }
  return chain;
}

/** Where the local goroutine is created that is made now; noted for the first ones only. */
export function currentLocalSite(): string | undefined {
  if (localOnes >= FIRST_LOCAL_ONES) return undefined;
  localOnes++;
  return currentSite();
}

/** The innermost place of the user's code that is running. */
function currentSite(): string | undefined {
  const [frame] = captureOwnFrames(currentSite, FRAMES);
  return frame && withOriginalPlaces(frame);
}

/** Forgets what belongs to an arena used before. */
export function initializeCreationSites(): void {
  skip.fill(0);
  looks.clear();
  seen.clear();
  localOnes = 0;
}
