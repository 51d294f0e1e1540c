/**
 * From a function to its reference, on the thread that has the function.
 *
 * All that depends only on where the function's text stands is a *site*, worked out once: its definition and how to find
 * each captured value in the scopes. A new closure of a known site pays for reading its values. A function whose
 * captures can't change is remembered whole; one that captures a reassigned variable is read again at every call.
 */
import { types } from 'node:util';
import { CaptureError, typeName } from '../errors.ts';
import { Analysis } from './analysis.ts';
import { define, subjects, type Use } from './define.ts';
import { inspect, type Place, type ScopeObject, scriptOf } from './inspector.ts';
import type { Capture } from './plan.ts';
import { shortName } from './positions.ts';
import { type FunctionDefinition, type FunctionReference, recall, remember, uninitialised } from './reference.ts';

interface Site {
  definition: FunctionDefinition;
  captures: Capture[];
}

const sites = new Map<string, Site>();
const analyses = new Map<string, Analysis>();

/**
 * @param api the call in whose name errors speak: 'go', 'blocking' …
 * @param use what the function is wanted for
 */
export function locate(fn: Function, api: string, use: Use = 'run'): FunctionReference {
  const runs = use === 'run';
  const known = recall(fn, runs);
  if (known) return known;
  if (typeof fn !== 'function') throw new TypeError(`${api} needs a function, got ${typeName(fn)}`);
  const without = kindWithoutCode(fn);
  if (without) throw new CaptureError(notCode(fn, api, use, without));
  const inspection = inspect(fn);
  if (inspection.kind !== 'code') throw new CaptureError(notCode(fn, api, use, inspection.kind));
  const { place, scopes } = inspection;
  const id = `${place.scriptId}:${place.line}:${place.column}:${runs}`;
  let site = sites.get(id);
  if (!site) sites.set(id, (site = siteAt(place, fn, api, use)));
  const { definition, captures } = site;
  if (captures.length === 0) {
    const reference: FunctionReference = { definition, captures: null };
    remember(fn, reference, runs);
    return reference;
  }
  const values = captures.map((capture) => valueOf(capture, scopes, fn, definition, subjects[use]));
  const reference: FunctionReference = { definition, captures: values };
  // A `var`, or on Node 20 also a constant, that is undefined now may get its value later.
  const final = captures.every((capture, index) => !capture.rebinds && values[index] !== undefined);
  if (final) remember(fn, reference, runs);
  return reference;
}

function siteAt(place: Place, fn: Function, api: string, use: Use): Site {
  const script = scriptOf(place.scriptId);
  if (script.url.startsWith('node:')) throw new CaptureError(notCode(fn, api, use, 'native'));
  if (!hasModule(script.url)) {
    const from = script.url === '' ? 'eval or new Function' : script.url;
    throw new CaptureError(
      `${cannotUse(api, use)} ${quoted(fn)}: its code is from ${from}, not from a module. Write the function in a file; one that a dev server runs needs goroutines/plugin.`,
    );
  }
  let analysis = analyses.get(place.scriptId);
  if (!analysis) analyses.set(place.scriptId, (analysis = new Analysis(script)));
  const node = analysis.functionAt(analysis.positions.offset(place.line, place.column));
  if (!node) throw new CaptureError(`${api} did not find the code of ${quoted(fn)} in ${shortName(script.url)}`);
  return define(analysis, node, use);
}

function hasModule(url: string): boolean {
  return /^(file|data):/.test(url) && URL.canParse(url);
}

function valueOf(
  capture: Capture,
  scopes: ScopeObject[],
  fn: Function,
  definition: FunctionDefinition,
  subject: string,
): unknown {
  const { name, index, count } = capture;
  const where = (): string => `${subject} at ${shortName(definition.url)}:${definition.line}:${definition.column}`;
  const holding = (wanted: string): ScopeObject[] => scopes.filter(({ object }) => object !== globalThis && wanted in object);
  if (capture.superclassOf !== undefined) {
    const heir = capture.superclassOf === '' ? fn : holding(capture.superclassOf)[0]?.object[capture.superclassOf];
    if (typeof heir === 'function') return Object.getPrototypeOf(heir);
  }
  const holders = holding(name);
  if (holders.length === 0) {
    throw new CaptureError(`${where()} captures '${name}', whose value is not available. Pass it as an argument.`);
  }
  try {
    if (holders.length !== count && holders.some(({ object }) => object[name] !== holders[0]!.object[name])) {
      const several = `captures '${name}', and several variables of that name surround it`;
      throw new CaptureError(`${where()} ${several}. Rename one, or pass it as an argument.`);
    }
    const value = holders[holders.length === count ? index : 0]!.object[name];
    if (value === undefined && capture.neverUndefined) throw new ReferenceError(`'${name}' is not initialised`);
    return value;
  } catch (cause) {
    if (cause instanceof CaptureError) throw cause;
    throw uninitialised(definition, name, subject, cause);
  }
}

/** Also where there is no inspector to say it. */
function kindWithoutCode(fn: Function): 'native' | 'bound' | 'proxy' | undefined {
  if (types.isProxy(fn)) return 'proxy';
  if (!/\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn))) return undefined;
  return fn.name.startsWith('bound ') ? 'bound' : 'native';
}

function notCode(fn: Function, api: string, use: Use, kind: 'native' | 'bound' | 'proxy'): string {
  const cannot = cannotUse(api, use);
  switch (kind) {
    case 'bound':
      if (use === 'value') return `${cannot} a bound function: use a function that calls the function it was made of.`;
      return `${cannot} the bound function ${quoted(fn)}: pass the function itself, and its arguments as arguments of ${api}.`;
    case 'proxy':
      return `${cannot} a Proxy of a function: pass the function itself.`;
    case 'native':
      return `${cannot} ${quoted(fn)}, which is part of Node and has no code of its own: call it in a function you write.`;
  }
}

function cannotUse(api: string, use: Use): string {
  return use === 'value' ? 'no copy can be made of' : `${api} cannot run`;
}

function quoted(fn: Function): string {
  return fn.name === '' ? 'an anonymous function' : `'${fn.name}'`;
}
