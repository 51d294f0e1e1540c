/**
 * From a function's place in its script to its definition. The same for both ways in which a function is found: at run
 * time by the inspector (`locate.ts`), and in a module's text before it runs (`prepare.ts`).
 *
 * In the text that is produced, the functions which are started in it are prepared in their turn, so that only the
 * outermost `go` of a program without the flag asks the inspector.
 */
import { CaptureError } from '../errors.ts';
import { type Analysis, moduleSyntaxError, type Node } from './analysis.ts';
import { extract, hashOf } from './extract.ts';
import { instrumentsOf } from './instrument.ts';
import { preemptName, startName } from './origin.ts';
import { type Capture, nameOf, planOf } from './plan.ts';
import { type Adopt, prepareText } from './prepare.ts';
import type { FunctionDefinition } from './reference.ts';

export interface Defined {
  definition: FunctionDefinition;
  captures: Capture[];
  /** Its text makes way for others: it must not be taken for a value that anything may be done with. */
  instrumented: boolean;
}

/** The functions whose text is being made: one that starts itself, by way of others, is not prepared once more in itself. */
const open: string[] = [];

/**
 * @param subject what errors call the function
 * @param runs whether it is to be a goroutine's, which the scheduler drives: only then may it be preempted
 */
export function define(analysis: Analysis, fn: Node, subject: string, runs: boolean, adopt?: Adopt): Defined {
  const { script, positions } = analysis;
  const plan = planOf(analysis, fn, subject);
  const edits = runs ? instrumentsOf(analysis, plan, fn) : [];
  for (const name of [preemptName, startName]) if (edits.some(({ text }) => text.includes(name))) plan.originNames.add(name);
  const extracted = extract(analysis, plan, edits);
  const problem = analysis.dialect === 'commonjs' ? moduleSyntaxError(extracted) : undefined;
  if (problem !== undefined) {
    const where = positions.describe(fn.start);
    throw new CaptureError(
      `${subject} at ${where} or code that it uses is not valid in strict mode, in which it would run: ${problem}`,
    );
  }
  const start = startOf(analysis, fn);
  const { line, column } = positions.isTransformed ? positions.position(start) : positions.positionInScript(start);
  const place = `${script.url}:${line}:${column}`;
  let source = extracted;
  if (!open.includes(place)) {
    open.push(place);
    try {
      source = prepareText(extracted, script.url, adopt);
    } finally {
      open.pop();
    }
  }
  const captures = plan.captures.map((capture) => capture.name);
  const key = `${script.url}#${hashOf(source)}`;
  const definition = { key, url: script.url, line, column, name: nameOf(analysis, fn), source, captures };
  return { definition: adopt ? adopt(definition) : definition, captures: plan.captures, instrumented: edits.length > 0 };
}

/** Whether a function's text is being made at this place. */
export function isOpen(url: string, line: number, column: number): boolean {
  return open.includes(`${url}:${line}:${column}`);
}

/** A method begins with its name, not with its parameters. */
function startOf(analysis: Analysis, node: Node): number {
  const parent = analysis.parent(node);
  return parent?.type === 'MethodDefinition' || parent?.method ? parent.start : node.start;
}
