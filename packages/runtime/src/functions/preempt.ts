/**
 * Preemption: the loops of a goroutine's code ask, every so many iterations, whether others should run now.
 *
 * Which code: `driven.ts`. Left alone are functions with a direct `eval`, and those that say `'use no-preempt'`, at their
 * top or at the top of their module.
 *
 * What is written into them. A counter for each loop, counted down by an iteration; below zero, the scheduler is asked
 * (`scheduler/preempt.ts`), which answers with the next count, and now and then with none: then `yield*` of a pause. Where such a
 * `yield*` stands matters far more than the counting: V8 restores all variables of a resumed generator as "anything", at
 * the header of every loop around the `yield`, and a sum in floating point that can be anything becomes an object an
 * iteration. Written simply into the loop, the check made a sum over a Float64Array 5.6 times slower. So:
 * - A loop that contains no other loop and no `yield` is split: a fast loop that is only left when the count is used up,
 *   and around it a slow one with the `yield*`. Before each entry of the fast loop the variables that the loop computes
 *   with pass `x = typeof x == "number" ? +x : same(x)`. That changes no value; but as long as `same` was never called,
 *   V8 takes the place where it is for unreachable, and knows that what enters the loop is a number.
 *   `for (a; b; c) d` becomes `for (a; b; c) { for (;;) { d; if (count is used up) break; c; if (!b) leave } yield* }`: the
 *   header stays where it was. Only for a `b` and a `c` that cannot throw or be observed, since they are evaluated in
 *   another place from the second iteration on.
 *   `while (b) d` becomes `for (;;) { while (b) { d; if (count is used up) break } yield* }`, `do` alike.
 * - A split loop with `i < n` as its test, in which only one `i++` or `i += 2` changes `i`, gets a nearer bound for its fast
 *   loop instead of a counter. With a counter, a sum, a matrix product and a generator of random numbers took 0 to 43 %
 *   longer, by the luck of V8's register allocation; with the bound 0 to 5 % (Node 20 and 24, a table is in docs/design.md).
 * - Any other loop gets the check as it is: outer loops, which are entered by the restored variables anyway; `for of` and
 *   `for in`, which cannot be entered again; `for` whose variables are captured by closures, one for each iteration. But a
 *   `for of` or `for in` that calls nothing and contains no loop gets none: it would take up to ten times as long.
 *
 * A call of a function of `Math` counts as arithmetic, and not as a call: it takes nanoseconds and throws nothing.
 *
 * Lines never move. Text is put in where it moves the fewest columns: behind a `{`, before a `}`, at the end of the line
 * before the loop. Code behind it on the same line is moved; so a loop with calls in its body, all on one line, gets the
 * simple form with the check at its end. `continue` becomes a `break` of the same length out of the body.
 */
import type { Reference, Variable } from 'eslint-scope';
import { type Analysis, contains, freeName, identifier, isClass, isFunction, type Node } from './analysis.ts';
import { preemptName } from './origin.ts';
import { lineBreak } from './positions.ts';
import { isGlobal } from './purity.ts';

/** Text that is put in at an offset, in place of so many characters. */
export interface Edit {
  at: number;
  length: number;
  text: string;
  /** It closes what another one opens: of two at one offset it comes first, and the inner one before the outer. */
  closes: boolean;
  /** What follows stands where it stood, whatever this takes: the piece begins in the line before. */
  resumes?: boolean;
}

/** Written at the top of a function or a module. */
export const optOut = 'use no-preempt';
/**
 * Iterations before an activation's loop asks for the first time, and at most between two looks. A light loop, which calls
 * nothing and contains no other, takes nanoseconds an iteration, today and later; a heavy one may take milliseconds, and may
 * come to do so from one iteration to the next.
 */
const LIGHT = { first: 1024, most: 32_768 };
const HEAVY = { first: 4, most: 128 };

/** Whose functions take numbers and give one, in nanoseconds. */
const arithmetic = new Set(['Math']);

const loopTypes = new Set(['ForStatement', 'WhileStatement', 'DoWhileStatement', 'ForOfStatement', 'ForInStatement']);

/** What is to be written into a function's loops, in no order. */
export function loopChecks(analysis: Analysis, fn: Node): Edit[] {
  return new Instrumenter(analysis, fn).run();
}

class Instrumenter {
  readonly #analysis: Analysis;
  readonly #fn: Node;
  readonly #edits: Edit[] = [];
  readonly #prefix: string;
  readonly #continueLabel: string;
  readonly #loops: Array<typeof LIGHT> = [];

  constructor(analysis: Analysis, fn: Node) {
    this.#analysis = analysis;
    this.#fn = fn;
    const { text } = analysis.script;
    this.#prefix = freeName(text, '$n');
    // As long as it is two characters, `break $a` takes the place of `continue` exactly.
    const short = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `$${letter}`).find((name) => !text.includes(name));
    this.#continueLabel = short ?? freeName(text, '$continue');
  }

  run(): Edit[] {
    const { body } = this.#fn;
    if (this.#mustBeLeftAlone()) return [];
    this.#visit(body);
    if (this.#loops.length === 0) return [];
    const counters = this.#loops.map(({ first }, loop) => `${this.#left(loop)}=${first},${this.#count(loop)}=${first}`);
    const directive: Node | undefined = body.body.findLast((statement: Node) => statement.directive !== undefined);
    const declaration = `${directive ? ';' : ''}let ${counters.join(',')};`;
    return [{ at: directive?.end ?? body.start + 1, length: 0, text: declaration, closes: false }, ...this.#edits];
  }

  /** A direct `eval` may do anything with our names; text that has been through here is not checked twice. */
  #mustBeLeftAlone(): boolean {
    return this.#analysis.some(
      this.#fn,
      (node) => node.type === 'Identifier' && (node.name === 'eval' || node.name === preemptName),
    );
  }

  #left = (loop: number): string => `${this.#prefix}${loop}`;
  #count = (loop: number): string => `${this.#prefix}c${loop}`;
  #leave = (loop: number): string => `${this.#prefix}l${loop}`;
  #pause = (loop: number): string => `${this.#prefix}p${loop}`;

  #insert(at: number, text: string, closes: boolean): void {
    this.#edits.push({ at, length: 0, text, closes });
  }

  #visit(node: Node): void {
    if (isFunction(node) || isClass(node)) return;
    if (loopTypes.has(node.type) && !node.await) {
      this.#instrument(node);
    }
    this.#analysis.children(node).forEach((child) => this.#visit(child));
  }

  #instrument(node: Node): void {
    const heavy = this.#isHeavy(node);
    // A check in such a light one can cost several times what its body does, and it ends with what it goes over.
    if (!heavy && (node.type === 'ForOfStatement' || node.type === 'ForInStatement')) return;
    const loop = this.#loops.push(heavy ? HEAVY : LIGHT) - 1;
    if (!this.#split(node, loop)) this.#check(node, loop);
  }

  #isHeavy(loop: Node): boolean {
    const takesLong = (each: Node): boolean =>
      each !== loop && (this.#canThrow(each) || loopTypes.has(each.type) || each.type === 'YieldExpression');
    return this.#analysis.some(loop, takesLong, false);
  }

  #usedUp = (loop: number): string => `if((${this.#left(loop)}=${this.#left(loop)}-1|0)<0)`;
  #ask = (loop: number): string =>
    `${this.#left(loop)}=${this.#count(loop)}=${preemptName}(${this.#count(loop)},${this.#loops[loop]!.most})||(${this.#left(loop)}=0,yield*${preemptName}.pause());`;

  /** The check as it is, at the end of the body; where a `continue` would pass it by, at the beginning. */
  #check(node: Node, loop: number): void {
    const text = `${this.#usedUp(loop)}${this.#ask(loop)}`;
    const first = this.#continues(node).length > 0;
    this.#enclose(node.body, first ? text : '', first ? '' : text);
  }

  /** Into a fast loop and a slow one around it. False where that would change what it does, or is of no use. */
  #split(node: Node, loop: number): boolean {
    if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') return false;
    const analysis = this.#analysis;
    const inner = analysis.some(
      node,
      (each) => each !== node && (loopTypes.has(each.type) || each.type === 'YieldExpression'),
      false,
    );
    if (inner) return false;
    const { body } = node;
    const sameLine = analysis.sameLine(
      node.start,
      body.type === 'BlockStatement' && body.body.length > 0 ? body.body[0].start : body.start,
    );
    if (sameLine && analysis.some(body, this.#canThrow)) return false;
    if (node.type === 'ForStatement') return this.#splitFor(node, loop);
    return this.#splitWhile(node, loop);
  }

  #splitFor(node: Node, loop: number): boolean {
    const { init, test, update } = node;
    if ((test && !this.#isQuiet(test, node)) || (update && !this.#isQuiet(update, node))) return false;
    if (init?.type === 'VariableDeclaration' && init.kind !== 'var' && this.#isCaptured(init)) return false;
    if ([test, update].some((part) => part && !this.#isRepeatable(part))) return false;
    const text = (part: Node): string => this.#onOneLine(part);
    const counted = this.#countedBy(node);
    const step = counted && update ? stepOf(update, counted.name) : 0;
    if (counted && step > 0) {
      this.#bounded(node, loop, counted, step, text(update));
      return true;
    }
    const next = `${update ? `${text(update)};` : ''}${test ? `if(!(${text(test)}))break;` : ''}`;
    // A `break` of the user leaves the fast loop with something left of the count, and then the slow one.
    const after = `${this.#usedUp(loop)}break;${next}}if(${this.#left(loop)}>=0)break;${this.#ask(loop)}`;
    this.#body(node, `${this.#numbers(node, loop)}for(;;){`, after);
    return true;
  }

  #splitWhile(node: Node, loop: number): boolean {
    const counted = node.type === 'WhileStatement' && this.#isRepeatable(node.test) ? this.#countedBy(node) : undefined;
    if (counted && node.body.type === 'BlockStatement' && this.#continues(node).length === 0) {
      const steps = node.body.body.filter(
        (each: Node) => each.type === 'ExpressionStatement' && stepOf(each.expression, counted.name) > 0,
      );
      if (steps.length === 1) {
        this.#bounded(node, loop, counted, 0, '');
        return true;
      }
    }
    const leave = this.#leave(loop);
    const pause = this.#pause(loop);
    const labels = this.#labelled(node);
    const place = this.#placeBefore(labels);
    if (!place.lineBefore && this.#analysis.some(node.test, this.#canThrow)) return false;
    this.#insert(place.at, `${place.before}${leave}:for(;;){${this.#numbers(node, loop)}${pause}:{`, false);
    this.#insert(labels.end, `;break ${leave};}${this.#ask(loop)}}`, true);
    const check = `${this.#usedUp(loop)}break ${pause};`;
    // After the body of a `do` stands its test, which `continue` goes to: so it is checked before the body.
    if (node.type === 'DoWhileStatement') this.#enclose(node.body, check, '');
    else this.#body(node, '', check);
    return true;
  }

  /**
   * A loop that counts up to a bound gets a nearer bound in the place of a counter, so that the fast loop does no more than
   * it did. It is at most what the user's test compares with, less `before`, so to go on without that test is right; and where the
   * scheduler's `until` does not know numbers it gives NaN, and the fast loop ends after one iteration.
   */
  #bounded(node: Node, loop: number, { name, last }: Counted, before: number, update: string): void {
    const left = this.#left(loop);
    const bound = `${this.#prefix}e${loop}`;
    const enter = `const ${bound}=+${preemptName}.until(${name},${last},${left},${before});${left}=${left}-1-(${bound}>${name}?${bound}-${name}:0)|0;`;
    this.#body(
      node,
      `${this.#numbers(node, loop)}${enter}for(;;){`,
      `if(!(${name}<${bound}))break;${update}}if(${left}<0)${this.#ask(loop)}`,
    );
  }

  /** `i < n` as a loop's test, where only one statement of the loop changes `i`, and nothing makes `n` smaller. */
  #countedBy(node: Node): Counted | undefined {
    const { test, body } = node;
    if (test?.type !== 'BinaryExpression' || (test.operator !== '<' && test.operator !== '<=') || test.left.type !== 'Identifier')
      return undefined;
    const analysis = this.#analysis;
    const counter = analysis.resolve(test.left);
    if (!counter || !this.#isOwn(counter, node)) return undefined;
    const inLoop = (reference: Reference): boolean =>
      contains(node, identifier(reference)) && !(node.init && contains(node.init, identifier(reference)));
    if (counter.references.filter((reference) => reference.isWrite() && inLoop(reference)).length !== 1) return undefined;
    // A `break` would be taken for the end of the fast loop.
    if (this.#breaks(node)) return undefined;
    let last: Node = test.right;
    if (last.type === 'MemberExpression') {
      if (!this.#isQuiet(last, node)) return undefined;
      if (analysis.some(body, this.#mayShrinkAnArray)) return undefined;
      last = last.object;
    } else if (last.type === 'Literal') {
      return typeof last.value === 'number' ? { name: test.left.name, last: this.#onOneLine(test.right) } : undefined;
    }
    if (last.type !== 'Identifier') return undefined;
    const variable = analysis.resolve(last);
    const changes = (reference: Reference): boolean =>
      reference.isWrite() &&
      !reference.init &&
      (inLoop(reference) || reference.from.variableScope !== variable!.scope.variableScope);
    if (!variable || variable.defs.length !== 1 || variable.references.some(changes)) return undefined;
    return { name: test.left.name, last: this.#onOneLine(test.right) };
  }

  /** Whether its text may be written a second time: without a comment, which would need its line's end. */
  #isRepeatable(expression: Node): boolean {
    return !/\/[/*]/.test(this.#analysis.text(expression));
  }

  /** Such a text, where it must make no lines. */
  #onOneLine(expression: Node): string {
    return this.#analysis.text(expression).replaceAll(lineBreak, ' ');
  }

  /** Whether a `break` in a loop ends that loop. */
  #breaks(loop: Node): boolean {
    const visit = (node: Node): boolean => {
      if (isFunction(node) || isClass(node) || loopTypes.has(node.type)) return false;
      if (node.type === 'BreakStatement' && !node.label) return true;
      if (node.type === 'SwitchStatement')
        return node.cases.some((each: Node) => this.#analysis.some(each, ({ type }) => type === 'BreakStatement'));
      return this.#analysis.children(node).some(visit);
    };
    return visit(loop.body);
  }

  /** Puts text before and after the statements of a loop's body, past which no `continue` leads any more. */
  #body(node: Node, before: string, after: string): void {
    const continues = this.#continues(node);
    // First, since a body may be a `continue` alone.
    this.#enclose(node.body, `${before}${continues.length > 0 ? `${this.#continueLabel}:` : ''}{`, `}${after}`);
    for (const each of continues) {
      const length = 'continue'.length + (each.label ? each.label.end - each.start - 'continue'.length : 0);
      this.#edits.push({ at: each.start, length, text: `break ${this.#continueLabel}`.padEnd(length), closes: false });
    }
  }

  #enclose(body: Node, before: string, after: string): void {
    if (body.type !== 'BlockStatement') {
      const { text } = this.#analysis.script;
      const lineBefore = endOfLineBefore(text, body.start);
      // In the place of a space, so that nothing moves.
      const space = before === '' && /[ \t]/.test(text[body.start - 1]!) ? 1 : 0;
      if (lineBefore !== undefined) this.#insert(lineBefore, `{${before}`, false);
      else this.#edits.push({ at: body.start - space, length: space, text: `{${before}`, closes: false });
      this.#insert(body.end, `;${after}}`, true);
    } else if (body.body.length === 0) {
      this.#insert(body.end - 1, `${before};${after}`, false);
    } else {
      this.#insert(body.start + 1, before, false);
      this.#insert(body.end - 1, `;${after}`, true);
    }
  }

  /** What V8 shall know to be numbers when the fast loop is entered. */
  #numbers(node: Node, loop: number): string {
    const names = new Set<string>();
    for (const reference of this.#analysis.referencesIn(node)) {
      const at = identifier(reference);
      const variable = reference.resolved;
      if (!variable || names.has(variable.name) || !this.#isOwn(variable, node)) continue;
      if (reference.isWrite() || computes(this.#analysis.parent(at)!)) names.add(variable.name);
    }
    const numbers = [...names].map((name) => `${name}=typeof ${name}=="number"?+${name}:${preemptName}.same(${name});`);
    return `${numbers.join('')}${this.#left(loop)}=${this.#left(loop)}|0;`;
  }

  /** A variable that can be assigned, was declared before the loop or in its head, and that no closure keeps. */
  #isOwn(variable: Variable, node: Node): boolean {
    const definition = variable.defs.length === 1 ? variable.defs[0]! : undefined;
    if (!definition || variable.name === 'arguments') return false;
    if (definition.type !== 'Parameter' && definition.type !== 'Variable') return false;
    const declaration = definition.parent as unknown as Node | null;
    if (definition.type === 'Variable' && declaration?.kind !== 'let' && declaration?.kind !== 'var') return false;
    const name = definition.name as unknown as Node;
    const inHead = node.type === 'ForStatement' && node.init && contains(node.init, name);
    if (name.start >= node.start && !inHead) return false;
    if (variable.scope.type === 'switch' || variable.scope.variableScope.block !== (this.#fn as unknown)) return false;
    return variable.references.every((reference) => reference.from.variableScope === variable.scope.variableScope);
  }

  #isCaptured(declaration: Node): boolean {
    return this.#analysis
      .declaredIn(declaration)
      .some((variable) => variable.references.some(({ from }) => from.variableScope !== variable.scope.variableScope));
  }

  /** Whether evaluating it in another place makes no difference: no call, nothing that throws, nothing of an object. */
  #isQuiet(expression: Node, loop: Node): boolean {
    const analysis = this.#analysis;
    switch (expression.type) {
      case 'Literal':
        return typeof expression.value === 'number' || typeof expression.value === 'boolean';
      case 'Identifier':
        return true;
      case 'UpdateExpression':
        return expression.argument.type === 'Identifier';
      case 'UnaryExpression':
        return expression.operator !== 'delete' && this.#isQuiet(expression.argument, loop);
      case 'BinaryExpression':
        return (
          !/^(in|instanceof)$/.test(expression.operator) &&
          this.#isQuiet(expression.left, loop) &&
          this.#isQuiet(expression.right, loop)
        );
      case 'LogicalExpression':
        return this.#isQuiet(expression.left, loop) && this.#isQuiet(expression.right, loop);
      case 'AssignmentExpression':
        return expression.left.type === 'Identifier' && this.#isQuiet(expression.right, loop);
      case 'SequenceExpression':
        return expression.expressions.every((each: Node) => this.#isQuiet(each, loop));
      case 'MemberExpression': {
        // `length` of what the loop does not assign: had it none, the first test would have told.
        if (expression.computed || expression.property.name !== 'length' || expression.object.type !== 'Identifier') return false;
        const variable = analysis.resolve(expression.object);
        return !variable?.references.some((reference) => reference.isWrite() && contains(loop, identifier(reference)));
      }
      default:
        return false;
    }
  }

  #canThrow = (node: Node): boolean => {
    if (node.type !== 'CallExpression') return throwing.has(node.type);
    return !this.#isArithmetic(node.callee) || node.arguments.some(({ type }: Node) => type === 'SpreadElement');
  };

  /** Whether it is a function of `Math`. */
  #isArithmetic(node: Node): boolean {
    return node.type === 'MemberExpression' && isGlobal(this.#analysis, node.object, arithmetic);
  }

  /** What could make an array shorter: whatever runs code of somebody else's (any property may be a getter), and `length`, written. */
  #mayShrinkAnArray = (node: Node): boolean => {
    switch (node.type) {
      case 'TemplateLiteral':
      case 'SpreadElement':
      case 'ArrayPattern':
      case 'ObjectPattern':
        return true;
      case 'UnaryExpression':
        return node.operator === 'delete';
      case 'UpdateExpression':
        return isProperty(node.argument) || this.#isSeenElsewhere(node.argument);
      case 'AssignmentExpression':
        return isProperty(node.left) || this.#isSeenElsewhere(node.left);
      case 'MemberExpression':
        return isProperty(node) && node.property.name !== 'length' && !this.#isArithmetic(node);
      default:
        return this.#canThrow(node);
    }
  };

  /** Whether it is a variable of which another function knows, such as one that tells a length. */
  #isSeenElsewhere(node: Node): boolean {
    if (node.type !== 'Identifier') return false;
    const variable = this.#analysis.resolve(node);
    return variable?.references.every(({ from }) => from.variableScope.block === (this.#fn as unknown)) !== true;
  }

  /** The `continue`s that lead to the next iteration of this loop. */
  #continues(loop: Node): Node[] {
    const labels = new Set<string>();
    for (let at = this.#analysis.parent(loop); at?.type === 'LabeledStatement'; at = this.#analysis.parent(at))
      labels.add(at.label.name);
    const found: Node[] = [];
    const visit = (node: Node, nested: boolean): void => {
      if (isFunction(node) || isClass(node)) return;
      if (node.type === 'ContinueStatement' && (node.label ? labels.has(node.label.name) : !nested)) found.push(node);
      const inside = nested || loopTypes.has(node.type);
      this.#analysis.children(node).forEach((child) => visit(child, inside));
    };
    visit(loop.body, false);
    return found;
  }

  /** The loop with the labels before it. */
  #labelled(loop: Node): Node {
    let node = loop;
    for (let at = this.#analysis.parent(node); at?.type === 'LabeledStatement'; at = this.#analysis.parent(at)) node = at;
    return node;
  }

  /** Where text can be put before a statement: at the end of the line before, if nothing stands before it on its own. */
  #placeBefore(node: Node): { at: number; before: string; lineBefore: boolean } {
    const parent = this.#analysis.parent(node)!;
    const isBlock = parent.type === 'BlockStatement' || parent.type === 'FunctionBody';
    const statements: Node[] | undefined = isBlock ? parent.body : undefined;
    const index = statements?.indexOf(node) ?? -1;
    if (index >= 0) {
      const at = index === 0 ? parent.start + 1 : statements![index - 1]!.end;
      if (!this.#analysis.sameLine(at, node.start)) return { at, before: index === 0 ? '' : ';', lineBefore: true };
    }
    return { at: node.start, before: '', lineBefore: false };
  }
}

interface Counted {
  name: string;
  /** The text of the bound. */
  last: string;
}

/** Where what stands at this place begins a line: behind the last token of the line before, if no comment can be there. */
function endOfLineBefore(text: string, at: number): number | undefined {
  const end = text.slice(0, at).trimEnd().length;
  const line = text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
  return /\r?\n/.test(text.slice(end, at)) && /(?:\)|\bdo)$/.test(line) && !line.includes('//') ? end : undefined;
}

/** By how much `i++`, `++i` or `i += 2` counts up; 0 for anything else. */
function stepOf(expression: Node, name: string): number {
  if (expression.type === 'UpdateExpression') return expression.operator === '++' && expression.argument.name === name ? 1 : 0;
  if (expression.type !== 'AssignmentExpression' || expression.operator !== '+=' || expression.left.name !== name) return 0;
  const { type, value } = expression.right;
  return type === 'Literal' && Number.isInteger(value) && value > 0 ? value : 0;
}

/** Calls aside. */
const throwing = new Set(['NewExpression', 'ThrowStatement', 'TaggedTemplateExpression', 'ImportExpression']);

/** Of a name, and not an element. */
function isProperty(node: Node): boolean {
  return node.type === 'MemberExpression' && (!node.computed || typeof node.property.value === 'string');
}

/** Whether a variable here is an operand of arithmetic. */
function computes(parent: Node): boolean {
  return parent.type === 'BinaryExpression' || parent.type === 'UpdateExpression' || parent.type === 'AssignmentExpression';
}
