/**
 * Capture ahead of time: writes into a module's text, before it runs, what `locate.ts` would find out while it runs.
 *
 *     go(function* () { yield* out.send(x); }, 1)      becomes      go($s($d0,()=>[out,x])                , 1)
 *
 * `$d0` is a function at the end of the text that gives the definition; the arrow reads the captured values when `go`
 * asks for them, so they are those of the `go` call, as without. The function expression itself is left out: it never
 * runs here, and what stands in its place takes the same room, so that no line and hardly a column moves.
 *
 * Where the call is not certainly this package's, the function stays and is marked: `wg.go($m(function* () {…},$d0,…))`.
 * A function started by its name is marked where it is declared, and so is an exported generator function, which is
 * most likely made to be started from another module.
 *
 * All that is added are function declarations, which exist before any statement runs (modules that import each other call
 * functions early), and which are carried along like any other when code is taken out of the text again.
 *
 * What can't be told in the text is left as it is, and found out at run time: a captured variable that another of the
 * same name hides where the function stands, and a function that starts itself by way of another.
 */
import { CaptureError } from '../errors.ts';
import { Analysis, freeName, isFunction, type Node } from './analysis.ts';
import { type Defined, define, isOpen } from './define.ts';
import type { Script } from './inspector.ts';
import type { Capture } from './plan.ts';
import { lineBreak } from './positions.ts';
import { functionOf } from './purity.ts';
import { type FunctionDefinition, preparedName } from './reference.ts';
import { mayStart, type Start, startOf } from './starts.ts';

/** A change of a text: what is put in the place of `start` to `end`. */
export interface Change {
  start: number;
  end: number;
  text: string;
}

export interface Preparation {
  /** In the order of the text, none within another. */
  changes: Change[];
  /** What no `go` of this package will start, with the messages of the errors. */
  refusals: string[];
}

/** A text with its functions prepared; as it is, where there is nothing to do or where it can't be read. */
export function prepareText(text: string, url: string, adopt?: Adopt): string {
  if (!mayStart(text)) return text;
  const script = { url, text, isModule: true, startLine: 0, startColumn: 0, sourceMapURL: '' };
  return applied(text, prepare(script, adopt).changes);
}

export function applied(text: string, changes: readonly Change[]): string {
  let result = '';
  let done = 0;
  for (const { start, end, text: put } of changes) {
    result += text.slice(done, start) + put;
    done = end;
  }
  return result + text.slice(done);
}

/** Changes a definition before it is written down. */
export type Adopt = (definition: FunctionDefinition) => FunctionDefinition;

export function prepare(script: Script, adopt?: Adopt): Preparation {
  const nothing = { changes: [], refusals: [] };
  if (!mayStart(script.text)) return nothing;
  let analysis: Analysis;
  try {
    analysis = new Analysis(script);
  } catch (error) {
    if (error instanceof CaptureError) return nothing;
    throw error;
  }
  return new Preparer(analysis, adopt).run();
}

class Preparer {
  readonly #analysis: Analysis;
  readonly #adopt: Adopt | undefined;
  readonly #preparation: Preparation = { changes: [], refusals: [] };
  readonly #declarations: string[] = [];
  /** Functions that are marked where they are declared, and whether they become goroutines. */
  readonly #named = new Map<Node, boolean>();
  readonly #start: string;
  readonly #mark: string;
  readonly #define: string;

  constructor(analysis: Analysis, adopt: Adopt | undefined) {
    this.#analysis = analysis;
    this.#adopt = adopt;
    const { text } = analysis.script;
    this.#start = freeName(text, '$s');
    this.#mark = freeName(text, '$m');
    this.#define = freeName(text, '$d');
  }

  run(): Preparation {
    const { root, script } = this.#analysis;
    this.#visit(root);
    for (const statement of root.body as Node[]) this.#visitExport(statement);
    for (const [fn, runs] of this.#named) this.#markDeclared(fn, runs);
    const { changes } = this.#preparation;
    if (changes.length > 0) {
      const access = `globalThis.${preparedName}`;
      const helpers =
        `function ${this.#start}(d,v){return ${access}.prepared(d,v)}` +
        `function ${this.#mark}(f,d,v,g){${access}?.mark(f,d,v,g);return f}`;
      changes.sort((a, b) => a.start - b.start || a.end - b.end);
      changes.push({ start: script.text.length, end: script.text.length, text: `\n${helpers}${this.#declarations.join('')}\n` });
    }
    return this.#preparation;
  }

  #visit(node: Node): void {
    const start = node.type === 'CallExpression' ? startOf(this.#analysis, node) : undefined;
    const replaced = start && this.#prepareStart(start) ? start.argument : undefined;
    for (const child of this.#analysis.children(node)) if (child !== replaced) this.#visit(child);
  }

  /** Whether the function's text was replaced. */
  #prepareStart(start: Start): boolean {
    const { argument, fn, inPlace, own, runs } = start;
    if (!runs && (fn.generator || fn.async)) return false;
    if (!inPlace) {
      this.#named.set(fn, runs || (this.#named.get(fn) ?? false));
      return false;
    }
    const site = this.#siteOf(fn, runs, own);
    if (site === undefined) return false;
    const { changes } = this.#preparation;
    if (own) {
      const call = `${this.#start}(${site.define}${site.values === '' ? '' : `,${site.values}`})`;
      changes.push({ start: argument.start, end: argument.end, text: this.#fill(argument, call) });
      return true;
    }
    changes.push({ start: argument.start, end: argument.start, text: `${this.#mark}(` });
    changes.push({ start: argument.end, end: argument.end, text: `,${this.#parametersOf(site)})` });
    return false;
  }

  #visitExport(statement: Node): void {
    if (!statement.type.startsWith('Export') || !statement.declaration) return;
    const { declaration } = statement;
    const functions: (Node | undefined)[] =
      declaration.type === 'VariableDeclaration'
        ? declaration.declarations.map((declarator: Node) => declarator.init && functionOf(declarator.init))
        : [declaration];
    for (const fn of functions)
      if (fn && isFunction(fn) && fn.generator && !fn.async && !this.#named.has(fn)) this.#named.set(fn, true);
  }

  #markDeclared(fn: Node, runs: boolean): void {
    const place = this.#placeBehind(fn);
    const site = place && this.#siteOf(fn, runs, false);
    if (!place || !site) return;
    const text = `${place.before}${this.#mark}(${place.name},${this.#parametersOf(site)});`;
    this.#preparation.changes.push({ start: place.at, end: place.at, text });
  }

  /** Where statements stand that run once the function exists: for a declaration the beginning of its block. */
  #placeBehind(fn: Node): { at: number; before: string; name: string } | undefined {
    const analysis = this.#analysis;
    let statement: Node = fn;
    while (!/Declaration$|^Program$/.test(statement.type)) statement = analysis.parent(statement)!;
    const exported = analysis.parent(statement);
    if (exported?.type.startsWith('Export')) statement = exported;
    const block = analysis.parent(statement);
    if (!block || !['Program', 'BlockStatement', 'StaticBlock'].includes(block.type)) return undefined;
    if (fn.type !== 'FunctionDeclaration') {
      const holder = analysis.parent(fn)!;
      const declarator = holder.type === 'VariableDeclarator' ? holder : analysis.parent(holder)!;
      return declarator.type === 'VariableDeclarator' && declarator.id.type === 'Identifier'
        ? { at: statement.end, before: ';', name: declarator.id.name }
        : undefined;
    }
    if (!fn.id) return undefined;
    const directive: Node | undefined = (block.body as Node[]).findLast((each) => each.directive !== undefined);
    if (directive) return { at: directive.end, before: ';', name: fn.id.name };
    if (block.type !== 'Program') return { at: block.start + 1, before: '', name: fn.id.name };
    return { at: /^#!.*\r?\n?/.exec(analysis.script.text)?.[0].length ?? 0, before: '', name: fn.id.name };
  }

  #siteOf(fn: Node, runs: boolean, own: boolean): { define: string; values: string; onlyRuns: boolean } | undefined {
    const analysis = this.#analysis;
    const { line, column } = analysis.positions.positionInScript(fn.start);
    if (isOpen(analysis.script.url, line, column)) return undefined;
    let defined: Defined;
    try {
      defined = define(analysis, fn, runs ? 'goroutine' : 'blocking function', runs, this.#adopt);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      if (own) this.#preparation.refusals.push(error.message);
      return { define: this.#declare({ refused: error.message }), values: '', onlyRuns: true };
    }
    if (!this.#areReadable(fn, defined.captures)) return undefined;
    const names = defined.captures.map(({ name }) => name).join(',');
    const { definition, instrumented } = defined;
    return { define: this.#declare(definition), values: names === '' ? '' : `()=>[${names}]`, onlyRuns: instrumented };
  }

  #parametersOf({ define, values, onlyRuns }: { define: string; values: string; onlyRuns: boolean }): string {
    return onlyRuns ? `${define},${values || 'null'},1` : values === '' ? define : `${define},${values}`;
  }

  /** Whether the captured names mean the captured variables where the function stands. */
  #areReadable(fn: Node, captures: readonly Capture[]): boolean {
    const chain = this.#analysis.scopesAround(fn);
    return captures.every(({ name, depth }) => {
      const innermost = chain.findLastIndex((scope) => scope.set.has(name));
      return innermost === depth || innermost === -1;
    });
  }

  #declare(definition: object): string {
    const name = `${this.#define}${this.#declarations.length}`;
    const fields = Object.entries(definition).map(([key, value]) => `${key}:${literal(value)}`);
    this.#declarations.push(`function ${name}(){return{${fields.join(',')}}}`);
    return name;
  }

  /** Text that takes up the room of a node's: as many lines, and ending in the same column where it can. */
  #fill(node: Node, text: string): string {
    const old = this.#analysis.text(node);
    const breaks = [...old.matchAll(lineBreak)];
    const last = breaks.at(-1);
    if (!last) return text.padEnd(old.length);
    return text + '\n'.repeat(breaks.length) + ' '.repeat(old.length - last.index - last[0].length);
  }
}

/** JSON, with the white space by which extracted text is set out written in short. */
function literal(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const parts = value.split(/(\n{12,}| {24,})/).filter((part) => part !== '');
  const texts = parts.map((part) =>
    /^(\n{12,}| {24,})$/.test(part) ? `${JSON.stringify(part[0])}.repeat(${part.length})` : JSON.stringify(part),
  );
  return texts.length === 0 ? '""' : texts.join('+');
}
