/**
 * Writes the ES module that a function runs from: an export of a factory that takes the captured values and returns
 * the function. Every carried piece stands at its original line and column, so stack traces are right as they are (Node
 * takes no source map from a `data:` module); what has to be put between goes where the original text was left out, as
 * early as it can. Where the text that runs was made from another by a transform with an inline source map, the pieces are
 * set out as the map says they were written (`layout.ts`).
 *
 * Names that would meet in one block though they came from different scopes get blocks nested as the scopes were.
 * Imports and the module's own means stand behind the factory, where they move nothing.
 *
 * A debugger takes this text for the file itself. Where the file has other code there is none here, and breakpoints that are
 * meant for that must not move on to ours: so lines that are left out are inside of functions that nobody calls (`layout.ts`).
 */
import { createHash } from 'node:crypto';
import { type Analysis, freeName, isClass, isFunction, type Node } from './analysis.ts';
import { Layout, type Target } from './layout.ts';
import { declareOriginNames, dynamicImportName, importMetaName } from './origin.ts';
import { type Capture, type Import, type Piece, type Plan, resultPlaceholder } from './plan.ts';
import { type Edit, optOut } from './preempt.ts';

/**
 * `edits` are what preemption writes into the pieces, in the order of the text; `direct` says that the function takes the captured
 * values itself.
 */
export function extract(analysis: Analysis, plan: Plan, edits: readonly Edit[] = [], direct = false): string {
  return new Writer(analysis, plan, edits, direct).write();
}

export function hashOf(source: string): string {
  return createHash('sha256').update(source).digest('base64url').slice(0, 22);
}

class Writer {
  readonly #analysis: Analysis;
  readonly #plan: Plan;
  readonly #edits: readonly Edit[];
  readonly #direct: boolean;
  readonly #result: string;
  readonly #values: string;
  readonly #block: string;
  readonly #layout = new Layout();

  constructor(analysis: Analysis, plan: Plan, edits: readonly Edit[], direct: boolean) {
    this.#direct = direct;
    this.#analysis = analysis;
    this.#plan = plan;
    this.#edits = edits;
    this.#result = freeName(analysis.script.text, '$f');
    this.#values = freeName(analysis.script.text, '$c');
    this.#block = freeName(analysis.script.text, '$b');
  }

  write(): string {
    const { script, positions } = this.#analysis;
    const { pieces, imports, originNames } = this.#plan;
    const blocks = this.#blocks();
    const inOrder = pieces.toSorted((a, b) => a.node.start - b.node.start);
    if (this.#analysis.hasDirective(this.#plan.root.node, optOut)) this.#append(`'${optOut}';`);
    if ((positions.target(inOrder[0]!.node.start)?.line ?? 0) > 1) this.#layout.nextLine();
    this.#append(`export default(${this.#values},${this.#result})=>{${this.#declareCaptures(blocks, 0)}`);
    let open = 0;
    let previous: Piece | undefined;
    for (const piece of inOrder) {
      const block = blocks[piece.depth]!;
      let inserted = '';
      for (; open > block; open--) inserted += this.#close(open, blocks);
      while (open < block) inserted += `const ${this.#block}${++open}=()=>{${this.#declareCaptures(blocks, open)}`;
      const together = piece.declaration !== undefined && piece.declaration === previous?.declaration;
      if (together && inserted === '' && previous!.after === '') this.#append(',');
      else {
        this.#append((previous ? ';' : '') + inserted);
        this.#layout.passTo(this.#startOf(piece.node), piece.before.length);
        this.#append(piece.before);
      }
      this.#appendPiece(piece.node);
      this.#append(piece.after);
      previous = piece;
    }
    for (; open >= 0; open--) this.#append(this.#close(open, blocks));
    this.#append(';');
    this.#layout.nextLine();
    for (const each of imports) this.#append(importStatement(each));
    if (originNames.size > 0) this.#append(declareOriginNames(originNames, script.url));
    this.#append(`()=>{//# sourceURL=${script.url}\n};`);
    return this.#layout.text;
  }

  /**
   * For each depth the number of the block its names stand in. A new one begins where a name would be taken for an outer
   * one, and where something is evaluated that an outer constant further down in the text has to come before.
   */
  #blocks(): number[] {
    const { declared, mentioned } = this.#plan;
    const taken = new Set<string>();
    let block = 0;
    return declared.map((names, depth) => {
      if (depth > 0 && ([...names].some((name) => taken.has(name)) || this.#waitsForOuter(depth))) block++;
      for (const name of [...names, ...mentioned[depth]!]) taken.add(name);
      return block;
    });
  }

  #waitsForOuter(depth: number): boolean {
    const evaluated = this.#plan.pieces.filter((piece) => piece.node.type !== 'FunctionDeclaration');
    const inner = evaluated.filter((piece) => piece.depth >= depth && isEvaluatedAtOnce(piece.node));
    return inner.some(({ node }) => evaluated.some((outer) => outer.depth < depth && outer.node.start > node.start));
  }

  /** An inner block is a function that the block around it calls at its end, as the inner code ran after the outer declarations. */
  #close(block: number, blocks: number[]): string {
    const inner = block < Math.max(...blocks) ? `;${this.#block}${block + 1}()` : '';
    return block === 0 ? `${inner};return ${this.#result}}` : `${inner}};`;
  }

  #declareCaptures(blocks: number[], block: number): string {
    const { captures } = this.#plan;
    const own = captures
      .map((capture, index): [Capture, number] => [capture, index])
      .filter(([capture]) => blocks[capture.depth] === block);
    if (own.length === 0 || this.#direct) return '';
    return `const ${own.map(([capture, index]) => `${capture.name}=${this.#values}[${index}]`).join(',')};`;
  }

  #append(text: string): void {
    this.#layout.append(text.replaceAll(resultPlaceholder, this.#result));
  }

  #startOf(node: Node): Target | undefined {
    const target = this.#analysis.positions.target(node.start);
    const before = this.#edits.some(({ at, resumes }) => resumes && at >= node.start && at <= node.end);
    return target && before ? { line: target.line - 1, column: 0 } : target;
  }

  #appendPiece(node: Node): void {
    const { positions } = this.#analysis;
    const text = this.#textOf(node);
    const edits = this.#edits.filter(({ at }) => at >= node.start && at <= node.end);
    this.#layout.goTo(this.#startOf(node));
    let done = node.start;
    const original = (end: number): void => {
      if (end > done) this.#layout.append(text.slice(done - node.start, end - node.start));
      done = Math.max(done, end);
    };
    const writeTo = (end: number): void => {
      // What takes a token's place comes after white space that is put before the token.
      while (edits.length > 0 && (edits[0]!.at < end || (edits[0]!.at === end && edits[0]!.length === 0))) {
        const edit = edits.shift()!;
        original(edit.at);
        this.#layout.append(edit.text);
        done += edit.length;
        if (edit.resumes) this.#layout.goTo(positions.target(edit.at));
      }
      original(end);
    };
    for (const offset of positions.isTransformed ? this.#analysis.boundaries(node) : []) {
      const target = positions.target(offset);
      if (!target) continue;
      writeTo(offset);
      this.#layout.align(target);
    }
    writeTo(node.end);
  }

  /** A piece's text with `import(` and `import.meta` replaced by names of the same length. */
  #textOf(node: Node): string {
    let text = this.#analysis.text(node);
    for (const form of this.#analysis.importForms(node)) {
      const meta = form.type === 'MetaProperty';
      const start = form.start - node.start;
      const length = meta ? form.end - form.start : 'import'.length;
      text = text.slice(0, start) + (meta ? importMetaName : dynamicImportName).padEnd(length) + text.slice(start + length);
    }
    return text;
  }
}

/** Not so a function by itself; but esbuild's `__name(fn, "name")` is a call, and `__name` may be an outer constant. */
function isEvaluatedAtOnce(node: Node): boolean {
  if (node.type === 'AssignmentExpression') return !isFunction(node.right);
  return isClass(node) || (node.type === 'VariableDeclarator' && !isFunction(node.init));
}

function importStatement({ local, imported, url, attributes }: Import): string {
  let names = `{${local}}`;
  if (imported === '*') names = `*as ${local}`;
  else if (imported !== local) names = `{${isIdentifier(imported) ? imported : JSON.stringify(imported)} as ${local}}`;
  return `import${names} from${JSON.stringify(url)}${attributes === '' ? '' : `with{${attributes}}`};`;
}

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}
