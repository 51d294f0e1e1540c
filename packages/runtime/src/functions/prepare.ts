/**
 * Capture ahead of time: writes into a module's text, before it runs, what `locate.ts` would find out while it runs.
 *
 *     go(function* () { yield* out.send(x); }, 1)      becomes      go($s($d0,[out,x])                    , 1)
 *
 * `$d0` is a function at the end of the text that gives the definition; then come the captured values. Where they might not be
 * those of the `go` call yet (`eager.ts`) it is an arrow, `()=>[out,x]`, that reads them when `go` asks for them. The function expression itself is left out: it never
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
import { Analysis, freeName, isClass, isFunction, type Node } from './analysis.ts';
import { type Defined, define, openDefinition, startOf, type Use } from './define.ts';
import { mayBeReadAt } from './eager.ts';
import { importedFunction } from './imported.ts';
import type { Script } from './inspector.ts';
import { type Capture, givenName } from './plan.ts';
import { lineBreak } from './positions.ts';
import { functionOf } from './purity.ts';
import { early, type FunctionDefinition, preparedName } from './reference.ts';
import { functionNamed, mayStartInside, memberOf, type Start, Starts } from './starts.ts';

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
  /** URLs of other modules whose text was used. */
  reads: string[];
}

/**
 * A text with its functions prepared; as it is, where there is nothing to do or where it can't be read. Values are looked for in
 * what a goroutine runs, and not again in each of them: functions that make functions would double the text with every level.
 */
export function prepareText(text: string, url: string, runs: boolean, options: Options = {}): string {
  if (!(runs && options.values) && !mayStartInside(text)) return text;
  const script = { url, text, isModule: true, startLine: 0, startColumn: 0, sourceMapURL: '' };
  return applied(text, prepare(script, options).changes);
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

export interface Options {
  /** Changes a definition before it is written down. */
  adopt?: (definition: FunctionDefinition) => FunctionDefinition;
  /** Also functions that may be passed as values are marked; needed where they can't be found out at run time. */
  values?: boolean;
}

export function prepare(script: Script, options: Options = {}): Preparation {
  const nothing = { changes: [], refusals: [], reads: [] };
  let analysis: Analysis;
  try {
    analysis = new Analysis(script);
  } catch (error) {
    if (error instanceof CaptureError) return nothing;
    throw error;
  }
  return new Preparer(analysis, options).run();
}

/** Text that is replaced is not changed besides: a function in it may have been marked as another's captured value. */
function withoutNested(changes: readonly Change[]): Change[] {
  const replaced = changes.filter(({ start, end }) => start < end);
  return changes.filter(
    (change) => !replaced.some((other) => other !== change && other.start <= change.start && change.end <= other.end),
  );
}

interface Site {
  define: string;
  /** The names of the captured variables, and the text that gives their values. */
  captures: readonly string[];
  values: string;
  onlyRuns: boolean;
}

class Preparer {
  readonly #analysis: Analysis;
  readonly #options: Options;
  readonly #preparation: Preparation = { changes: [], refusals: [], reads: [] };
  readonly #declarations: string[] = [];
  /** Functions that are marked where they are declared. */
  readonly #named = new Map<Node, Set<Use>>();
  /** Functions whose text was replaced, or that are marked where they stand. */
  readonly #done = new Set<Node>();
  readonly #starts: Starts;
  readonly #start: string;
  readonly #mark: string;
  readonly #define: string;

  constructor(analysis: Analysis, options: Options) {
    this.#analysis = analysis;
    this.#options = options;
    this.#starts = new Starts(analysis);
    const { text } = analysis.script;
    this.#start = freeName(text, '$s');
    this.#mark = freeName(text, '$m');
    this.#define = freeName(text, '$d');
  }

  run(): Preparation {
    const { root, script } = this.#analysis;
    this.#visit(root);
    for (const statement of root.body as Node[]) this.#visitExport(statement);
    // Both grow while they are walked: what is marked may capture others.
    for (const [fn, uses] of this.#named) for (const use of uses) this.#markDeclared(fn, use);
    const changes = withoutNested(this.#preparation.changes);
    this.#preparation.changes = changes;
    if (changes.length > 0) {
      const access = `globalThis.${preparedName}`;
      const helpers =
        `function ${this.#start}(d,v){return ${access}.prepared(d,v)}` +
        `function ${this.#mark}(f,d,v,g){(${access}??=${early}).mark(f,d,v,g);return f}`;
      changes.sort((a, b) => a.start - b.start || a.end - b.end);
      // Extracted text ends with such a line, and no line of it is to begin with code of ours.
      const apart = /\n\};$/.test(script.text) ? '' : '\n';
      const text = `${apart}${helpers}${this.#declarations.join('')}`;
      changes.push({ start: script.text.length, end: script.text.length, text });
    }
    return this.#preparation;
  }

  #visit(node: Node): void {
    const start = node.type === 'CallExpression' ? this.#starts.of(node) : undefined;
    const replaced = start && this.#prepareStart(start) ? start.argument : undefined;
    if (this.#options.values && !this.#done.has(node)) this.#prepareValue(node);
    for (const child of this.#analysis.children(node)) if (child !== replaced) this.#visit(child);
  }

  /** Whether the function's text was replaced. */
  #prepareStart({ argument, fn, inPlace, own, runs }: Start): boolean {
    const use = runs ? 'run' : 'block';
    if (!fn) return this.#prepareImported(argument, use);
    if (isRefused(fn, use)) return false;
    if (!inPlace) {
      this.#use(fn, use);
      return false;
    }
    this.#done.add(fn);
    if (!own) {
      this.#markInPlace(argument, fn, use);
      return false;
    }
    const site = this.#siteOf(fn, use, true);
    if (site === undefined) return false;
    this.#replace(argument, this.#readEagerly(argument, fn, site));
    return true;
  }

  /** With the captured values themselves, where they are the same as when `go` would ask for them: see `eager.ts`. */
  #readEagerly(argument: Node, fn: Node, site: Site): Site {
    if (site.captures.length === 0) return site;
    const chain = this.#analysis.scopesAround(fn);
    const variables = site.captures.map((name) => chain.findLast((scope) => scope.set.has(name))?.set.get(name));
    return mayBeReadAt(this.#analysis, argument, variables) ? { ...site, values: `[${site.captures.join()}]` } : site;
  }

  #prepareImported(argument: Node, use: Use): boolean {
    const found = importedFunction(this.#analysis, argument);
    if (!found || isRefused(found.fn, use)) return false;
    try {
      const { definition, captures } = define(found.analysis, found.fn, use, this.#options);
      if (captures.length > 0) return false;
      this.#preparation.reads.push(found.analysis.script.url);
      this.#replace(argument, { define: this.#declare(definition), values: '', captures: [], onlyRuns: false });
      return true;
    } catch (error) {
      if (error instanceof CaptureError) return false;
      throw error;
    }
  }

  /** A function expression, or the name of a function, that may become a value. */
  #prepareValue(node: Node): void {
    const named = node.type === 'Identifier' ? functionNamed(this.#analysis.resolve(node)) : undefined;
    if (!(named || isFunction(node)) || node.type === 'FunctionDeclaration' || !this.#mayBeValue(node)) return;
    if (named) this.#use(named, 'value');
    else this.#markInPlace(node, node, 'value');
  }

  #use(fn: Node, use: Use): void {
    const uses = this.#named.get(fn);
    if (uses) uses.add(use);
    else this.#named.set(fn, new Set([use]));
  }

  #markInPlace(argument: Node, fn: Node, use: Use): void {
    const site = this.#siteOf(fn, use, false);
    if (site === undefined) return;
    const { changes } = this.#preparation;
    // A property or a variable names the function that is its value, but not the value of a call.
    const name = givenName(this.#analysis, argument);
    const [before, after] = name === undefined ? ['', ''] : [`{${name}:`, `}[${name}]`];
    changes.push({ start: argument.start, end: argument.start, text: `${this.#mark}(${before}` });
    changes.push({ start: argument.end, end: argument.end, text: `${after},${this.#parametersOf(site)})` });
  }

  /** Whether an expression stands where it becomes a value of the program's, and not only a callback of a method. */
  #mayBeValue(fn: Node): boolean {
    const parent = this.#analysis.parent(fn)!;
    switch (parent.type) {
      case 'ReturnStatement':
      case 'ArrayExpression':
        return true;
      case 'ArrowFunctionExpression':
        return parent.body === fn;
      case 'AssignmentExpression':
        return parent.right === fn && parent.left.type === 'MemberExpression';
      case 'Property':
        return (
          parent.value === fn && parent.kind === 'init' && !parent.method && !parent.computed && parent.key.name !== '__proto__'
        );
      case 'CallExpression':
        return (
          parent.callee !== fn && (parent.callee.type === 'Identifier' || /^(try)?send$/i.test(parent.callee.property?.name))
        );
      default:
        return false;
    }
  }

  #visitExport(statement: Node): void {
    if (!statement.type.startsWith('Export') || !statement.declaration) return;
    const { declaration } = statement;
    const functions: (Node | undefined)[] =
      declaration.type === 'VariableDeclaration'
        ? declaration.declarations.map((declarator: Node) => declarator.init && functionOf(declarator.init))
        : [declaration];
    for (const fn of functions) {
      if (!fn || !isFunction(fn)) continue;
      if (fn.generator && !fn.async) this.#use(fn, 'run');
      if (this.#options.values) this.#use(fn, 'value');
    }
  }

  #markDeclared(fn: Node, use: Use): void {
    const place = placeOf(this.#analysis, fn);
    const site = place && this.#siteOf(fn, use, false);
    if (!place || !site) return;
    const text = `${place.before}${this.#mark}(${place.name},${this.#parametersOf(site)});`;
    this.#preparation.changes.push({ start: place.at, end: place.at, text });
  }

  #siteOf(fn: Node, use: Use, own: boolean): Site | undefined {
    const analysis = this.#analysis;
    const { line, column } = analysis.positions.positionInScript(startOf(analysis, fn));
    const open = openDefinition(analysis.script.url, line, column, use === 'run');
    if (open) {
      if (!open.captures.every((name) => analysis.scopesAround(fn).some((scope) => scope.set.has(name)))) return undefined;
      return {
        define: this.#declare({ ancestor: open.id }),
        values: valuesOf(open.captures),
        captures: open.captures,
        onlyRuns: use === 'run',
      };
    }
    let defined: Defined;
    try {
      defined = define(analysis, fn, use, this.#options);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      if (use === 'value' && !this.#options.values) return undefined;
      if (own) this.#preparation.refusals.push(error.message);
      return { define: this.#declare({ refused: error.message }), values: '', captures: [], onlyRuns: use !== 'value' };
    }
    const { definition, captures, instrumented } = defined;
    if (!this.#areReadable(fn, captures)) return undefined;
    this.#useCaptured(fn, captures);
    return {
      define: this.#declare(definition),
      values: valuesOf(definition.captures),
      captures: definition.captures,
      onlyRuns: instrumented,
    };
  }

  /** Functions that are captured, because they surround the function or are put into a variable, are values. */
  #useCaptured(fn: Node, captures: readonly Capture[]): void {
    const chain = this.#analysis.scopesAround(fn);
    for (const { name, depth } of captures) {
      const variable = chain[depth]!.set.get(name);
      const captured = functionNamed(variable);
      if (captured) this.#use(captured, 'value');
      for (const { writeExpr, init } of variable?.references ?? []) {
        const assigned = writeExpr as Node | null | undefined;
        if (assigned && !(init && captured)) this.#useAssigned(assigned);
      }
    }
  }

  #useAssigned(assigned: Node): void {
    const named = assigned.type === 'Identifier' ? functionNamed(this.#analysis.resolve(assigned)) : undefined;
    if (named) this.#use(named, 'value');
    else if ((isFunction(assigned) || isClass(assigned)) && !this.#done.has(assigned)) {
      this.#done.add(assigned);
      this.#markInPlace(assigned, assigned, 'value');
    }
  }

  #parametersOf({ define, values, onlyRuns }: Site): string {
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

  /**
   * Puts what was prepared in the function's place, as many lines long, and ending in the same column where it can. What stood in
   * those lines runs elsewhere: they are inside of a function that nobody calls, or makes, so that a debugger finds no code in them
   * for a breakpoint.
   */
  #replace({ start, end }: Node, { define, values }: Site): void {
    const call = `${this.#start}(${define}${values === '' ? '' : `,${values}`}`;
    const old = this.#analysis.script.text.slice(start, end);
    const breaks = [...old.matchAll(lineBreak)];
    const last = breaks.at(-1);
    let text = `${call})`.padEnd(last ? 0 : old.length);
    if (last) {
      const width = old.length - last.index - last[0].length;
      const inside = `${call}${values === '' ? ',void 0' : ''},${this.#start}||(()=>{`;
      const closing = '}))';
      if (width >= closing.length) text = `${inside}${'\n'.repeat(breaks.length)}${closing.padStart(width)}`;
      else text = `${inside}${'\n'.repeat(breaks.length - 1)}${closing}\n${' '.repeat(width)}`;
    }
    this.#preparation.changes.push({ start, end, text });
  }
}

function valuesOf(captures: readonly string[]): string {
  return captures.length === 0 ? '' : `()=>[${captures.join()}]`;
}

/** Where statements stand that run once a function exists, and its name: for a declaration the beginning of its block. */
function placeOf(analysis: Analysis, fn: Node): { at: number; before: string; name: string } | undefined {
  const member = memberOf(analysis, fn);
  let statement: Node = fn;
  while (!/Declaration$|^Program$/.test(statement.type)) statement = analysis.parent(statement)!;
  const exported = analysis.parent(statement);
  if (exported?.type.startsWith('Export')) statement = exported;
  const block = analysis.parent(statement);
  if (!block || !['Program', 'BlockStatement', 'StaticBlock', 'SwitchCase'].includes(block.type)) return undefined;
  if (member !== undefined) return { at: statement.end, before: ';', name: member };
  if (fn.type === 'ClassDeclaration' && fn.id) return { at: statement.end, before: ';', name: fn.id.name };
  if (fn.type !== 'FunctionDeclaration') {
    const holder = analysis.parent(fn)!;
    const declarator = holder.type === 'VariableDeclarator' ? holder : analysis.parent(holder)!;
    const isNamed = declarator.type === 'VariableDeclarator' && declarator.id.type === 'Identifier';
    return isNamed ? { at: statement.end, before: ';', name: declarator.id.name } : undefined;
  }
  if (!fn.id) return undefined;
  const { name } = fn.id;
  if (block.type === 'SwitchCase') return { at: block.consequent[0].start, before: '', name };
  const directive: Node | undefined = (block.body as Node[]).findLast((each) => each.directive !== undefined);
  if (directive) return { at: directive.end, before: ';', name };
  if (block.type !== 'Program') return { at: analysis.script.text.indexOf('{', block.start) + 1, before: '', name };
  return { at: /^#!.*\r?\n?/.exec(analysis.script.text)?.[0].length ?? 0, before: '', name };
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

/** Whether the call refuses functions of this kind, and is to see the function itself. */
function isRefused(fn: Node, use: Use): boolean {
  return use === 'block' ? fn.generator || fn.async : fn.generator && fn.async;
}
