/**
 * From a function's place in its script to its definition. The same for both ways in which a function is found: at run
 * time by the inspector (`locate.ts`), and in a module's text before it runs (`prepare.ts`).
 *
 * In the text that is produced, the functions which are started in it are prepared in their turn, so that only the
 * outermost `go` of a program without the flag asks the inspector.
 */
import { CaptureError } from '../errors.ts';
import { type Analysis, moduleSyntaxError, type Node } from './analysis.ts';
import { directEdits } from './direct.ts';
import { extract, hashOf } from './extract.ts';
import { instrumentsOf } from './instrument.ts';
import { preemptName, startName } from './origin.ts';
import { type Capture, nameOf, planOf } from './plan.ts';
import { type Options, prepareText } from './prepare.ts';
import type { FunctionDefinition } from './reference.ts';
import { viteCallEdits } from './vite-calls.ts';

export interface Defined {
  definition: FunctionDefinition;
  captures: Capture[];
  /** Its text makes way for others: it must not be taken for a value that anything may be done with. */
  instrumented: boolean;
}

/** The functions whose text is being made. */
const open: FunctionDefinition[] = [];

/** Uses of a function that need different definitions: only what runs, driven by the scheduler, may make way for others. */
export type Use = 'run' | 'block' | 'value';

/** What errors call a function, by its use. */
export const subjects: Readonly<Record<Use, string>> = {
  run: 'goroutine',
  block: 'blocking function',
  value: 'copy of a function',
};

/**
 * @param use what the function is wanted for
 */
export function define(analysis: Analysis, fn: Node, use: Use, options: Options = {}): Defined {
  const subject = subjects[use];
  const runs = use === 'run';
  const { script, positions } = analysis;
  const plan = planOf(analysis, fn, subject);
  const edits = runs ? instrumentsOf(analysis, plan, fn) : [];
  for (const name of [preemptName, startName]) if (edits.some(({ text }) => text.includes(name))) plan.originNames.add(name);
  const direct = runs ? directEdits(analysis, plan, fn) : undefined;
  // The values come first where a loop's own preparations stand in the same place.
  const instruments = direct ? [...direct, ...edits].sort((a, b) => a.at - b.at) : edits;
  const calls = viteCallEdits(analysis, plan, instruments);
  const inOrder = calls.length === 0 ? instruments : [...instruments, ...calls].sort((a, b) => a.at - b.at);
  const extracted = extract(analysis, plan, inOrder, direct !== undefined);
  const problem = analysis.dialect === 'commonjs' ? moduleSyntaxError(extracted) : undefined;
  if (problem !== undefined) {
    const where = positions.describe(fn.start);
    throw new CaptureError(
      `${subject} at ${where} or code that it uses is not valid in strict mode, in which it would run: ${problem}`,
    );
  }
  const start = startOf(analysis, fn);
  const { line, column } = positions.isTransformed ? positions.position(start) : positions.positionInScript(start);
  const captures = plan.captures.map((capture) => capture.name);
  const id = idOf(script.url, line, column, runs, captures);
  const name = nameOf(analysis, fn);
  const definition: FunctionDefinition = { id, key: '', url: script.url, line, column, name, source: extracted, captures };
  if (direct) definition.direct = true;
  open.push(definition);
  try {
    definition.source = prepareText(extracted, script.url, runs, options);
  } finally {
    open.pop();
  }
  definition.key = `${script.url}#${hashOf(definition.source)}`;
  const { adopt } = options;
  return { definition: adopt ? adopt(definition) : definition, captures: plan.captures, instrumented: instruments.length > 0 };
}

function idOf(url: string, line: number, column: number, runs: boolean, captures: readonly string[]): string {
  return `${url}:${line}:${column} ${runs ? 'goroutine' : 'function'} (${captures.join()})`;
}

/** The definition of the function at this place, if its text is being made. */
export function openDefinition(url: string, line: number, column: number, runs: boolean): FunctionDefinition | undefined {
  return open.findLast(
    (each) =>
      each.url === url &&
      each.line === line &&
      each.column === column &&
      each.id === idOf(url, line, column, runs, each.captures),
  );
}

/** A method begins with its name, not with its parameters. */
export function startOf(analysis: Analysis, node: Node): number {
  const parent = analysis.parent(node);
  return parent?.type === 'MethodDefinition' || parent?.method ? parent.start : node.start;
}
