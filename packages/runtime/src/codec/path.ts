/** Where in a value something is, and the error that says so. */
import { DataCloneError } from '../errors.ts';

/** One step into a value: a property's name, an element's index, or words for what neither can express. */
export type Step = string | number | Described;

export class Described {
  readonly words: string;

  constructor(words: string) {
    this.words = words;
  }
}

/** Steps to an object whose contents are written later than the object itself. */
export interface Trail {
  readonly before: Trail | undefined;
  readonly steps: readonly Step[];
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const SHOWN_AT_START = 8;
const SHOWN_AT_END = 4;

export function formatPath(trail: Trail | undefined, steps: readonly Step[]): string {
  const all: Step[] = [];
  const trails: Trail[] = [];
  for (let at = trail; at !== undefined; at = at.before) trails.push(at);
  for (const each of trails.reverse()) for (const step of each.steps) all.push(step);
  for (const step of steps) all.push(step);
  const hidden = all.length - SHOWN_AT_START - SHOWN_AT_END;
  if (hidden < 2) return `value${all.map(formatStep).join('')}`;
  const start = all.slice(0, SHOWN_AT_START).map(formatStep).join('');
  const end = all.slice(-SHOWN_AT_END).map(formatStep).join('');
  return `value${start} … ${hidden.toLocaleString('en-US')} more … ${end}`;
}

function formatStep(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step !== 'string') return ` (${step.words})`;
  return IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

export function mapKeyStep(index: number): Step {
  return new Described(`key number ${index}`);
}

export function mapValueStep(key: unknown, index: number): Step {
  if (typeof key === 'string') return new Described(`entry ${JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key)}`);
  if (typeof key === 'number' || typeof key === 'boolean') return new Described(`entry ${String(key)}`);
  return new Described(`entry number ${index}`);
}

/** The error for a part that cannot be copied. */
export function cannotCopy(what: string, path: string, reason: string, cause?: unknown): DataCloneError {
  return new DataCloneError(`cannot ${what}: ${path} ${reason}`, cause === undefined ? undefined : { cause });
}

/** The error for a part of one of several values that were given to be copied together, which `place` names by where that part's path begins. */
export function withPlaces(error: unknown, place: (path: string) => string): unknown {
  if (!(error instanceof DataCloneError)) return error;
  const message = error.message.replace(/(?<=^cannot [^:]*: |\()value(?=[.[ ])(?:\[\d+\])?/g, place);
  return new DataCloneError(message, 'cause' in error ? { cause: error.cause } : undefined);
}
