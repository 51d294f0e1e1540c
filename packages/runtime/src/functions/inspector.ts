/**
 * The only file that talks to V8's inspector. It answers two questions about this thread's own functions: where a
 * function's text stands, and what its scopes hold; and it gives the text that V8 really runs (after type stripping or
 * whatever transform the app uses).
 *
 * 1. A function is put on `holder`, an object both sides can name, and gets a remote id from there.
 * 2. `Runtime.getProperties` on it gives `[[FunctionLocation]]` and the id of `[[Scopes]]`, the list of its contexts.
 * 3. A call on that list hands the list itself over through `holder`, so captured values come by identity and in one step.
 * The remote ids are released, because each holds its object for ever: once the code that asks has ended, all together, for
 * that takes 14 of 150 µs.
 *
 * The `Debugger` domain is switched on only for a script not seen before (some 20 ms the first time, 3 ms later), and
 * off again at once; code extracted by this library is announced by `load` and never needs it.
 */

import type { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CaptureError } from '../errors.ts';

/** A place in a script, zero-based, as V8 counts. */
export interface Place {
  scriptId: string;
  line: number;
  column: number;
}

/** One context of a scope chain; reading a variable that isn't initialised yet throws from V8 12 on. */
export interface ScopeObject {
  description: string;
  object: Record<string, unknown>;
}

export type Inspection = { kind: 'code'; place: Place; scopes: ScopeObject[] } | { kind: 'native' | 'bound' | 'proxy' };

export interface Script {
  /** The module's own URL; empty for eval and new Function. */
  url: string;
  text: string;
  isModule: boolean;
  /** Where the text begins: a wrapper may stand at a negative column. */
  startLine: number;
  startColumn: number;
  sourceMapURL: string;
  /** URLs of modules by names that only a bundler knows. */
  aliases?: ReadonlyMap<string, string>;
}

type Message = Record<string, any>;

const holder: { fn: Function | null; scopes: ArrayLike<ScopeObject> | null } = { fn: null, scopes: null };
const objectGroup = 'goroutines';
let session: Session | undefined;
let holderId = '';

function connect(): void {
  const handle = Symbol.for('goroutines.inspector');
  try {
    const inspector = createRequire(import.meta.url)('node:inspector') as typeof import('node:inspector');
    session = new inspector.Session();
    session.connect();
    Object.defineProperty(globalThis, handle, { value: holder, configurable: true });
    holderId = post('Runtime.evaluate', { expression: `globalThis[Symbol.for('goroutines.inspector')]` }).result.objectId;
  } catch (cause) {
    session = undefined;
    throw new CaptureError(
      'the code of a function is read through node:inspector, which this process may not use. ' +
        'Start the program with --import goroutines/register, which prepares functions before they run, or run Node with its ' +
        'inspector, and without --permission or with --allow-inspector.',
      { cause },
    );
  } finally {
    Reflect.deleteProperty(globalThis, handle);
  }
}

function post(method: string, parameters?: Message): Message {
  let failure: Error | null = null;
  let answer: Message = {};
  session!.post(method, parameters, (error: Error | null, result?: object) => {
    failure = error;
    answer = (result ?? {}) as Message;
  });
  if (failure) throw new Error(`inspector ${method}: ${(failure as Error).message}`);
  return answer;
}

export function inspect(fn: Function): Inspection {
  if (!session) connect();
  holder.fn = fn;
  try {
    const remote = post('Runtime.callFunctionOn', {
      objectId: holderId,
      functionDeclaration: 'function () { return this.fn; }',
      objectGroup,
    });
    const internal: { name: string; value?: Message }[] =
      post('Runtime.getProperties', { objectId: remote.result.objectId, ownProperties: true }).internalProperties ?? [];
    const property = (name: string): Message | undefined => internal.find((entry) => entry.name === name)?.value;
    const place = property('[[FunctionLocation]]')?.value as
      | { scriptId: string; lineNumber: number; columnNumber: number }
      | undefined;
    if (!place) return { kind: property('[[TargetFunction]]') ? 'bound' : property('[[Handler]]') ? 'proxy' : 'native' };
    post('Runtime.callFunctionOn', {
      objectId: property('[[Scopes]]')!.objectId,
      functionDeclaration: 'function (holder) { holder.scopes = this; }',
      arguments: [{ objectId: holderId }],
      silent: true,
    });
    return {
      kind: 'code',
      place: { scriptId: place.scriptId, line: place.lineNumber, column: place.columnNumber },
      scopes: Array.prototype.slice.call(holder.scopes),
    };
  } finally {
    holder.fn = null;
    holder.scopes = null;
    releaseSoon();
  }
}

/** Calls since the ids were released. */
let held = 0;
const MOST_HELD = 64;

function releaseSoon(): void {
  held++;
  // By a promise, since a test may have replaced the timers and queueMicrotask.
  if (held === 1) void Promise.resolve().then(release);
  else if (held >= MOST_HELD) release();
}

function release(): void {
  if (held > 0) post('Runtime.releaseObjectGroup', { objectGroup });
  held = 0;
}

const scripts = new Map<string, Script>();
const announced: { fn: Function; script: Script }[] = [];

/** Tells the text of a script by one of its functions; its script id is looked up only when an unknown one is asked for. */
export function announceScript(fn: Function, script: Script): void {
  announced.push({ fn, script });
}

export function scriptOf(scriptId: string): Script {
  let script = scripts.get(scriptId);
  if (script) return script;
  for (const { fn, script } of announced.splice(0)) {
    const inspection = inspect(fn);
    if (inspection.kind === 'code') scripts.set(inspection.place.scriptId, script);
  }
  script = scripts.get(scriptId) ?? readScript(scriptId);
  scripts.set(scriptId, script);
  return script;
}

function readScript(scriptId: string): Script {
  let parsed: Message | undefined;
  const listen = (message: { params: Message }): void => {
    if (message.params.scriptId === scriptId) parsed = message.params;
  };
  session!.on('Debugger.scriptParsed', listen);
  try {
    post('Debugger.enable');
    if (!parsed) throw new Error(`script ${scriptId} is unknown to the inspector`);
    // Code from the command line is named `[eval]`; it stands in the working directory, as it does for Node.
    // A `sourceURL` comment replaces the URL; relative imports still go by where the module was really loaded from.
    const loadedFrom: string =
      parsed.hasSourceURL && !/^(data:|$)/.test(parsed.embedderName ?? '') ? parsed.embedderName : parsed.url;
    return {
      url: /^\[.+\]$/.test(loadedFrom) ? pathToFileURL(path.resolve(loadedFrom)).href : loadedFrom,
      text: post('Debugger.getScriptSource', { scriptId }).scriptSource,
      isModule: parsed.isModule === true,
      startLine: parsed.startLine,
      startColumn: parsed.startColumn,
      sourceMapURL: parsed.sourceMapURL ?? '',
    };
  } finally {
    session!.off('Debugger.scriptParsed', listen);
    post('Debugger.disable');
  }
}
