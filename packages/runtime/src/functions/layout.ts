/**
 * Text that is written to given lines and columns. It only ever goes forward: a place that is already behind is left
 * where it falls, and the next one that can be met is met again.
 */
import { lineBreak } from './positions.ts';

export interface Target {
  /** Zero-based. */
  line: number;
  column: number;
}

/** After these a line may end without changing what the code means. */
const breakable = new Set([';', '{', '}', ',', '(']);

export class Layout {
  #text = '';
  #line = 0;
  #column = 0;

  get text(): string {
    return this.#text;
  }

  append(text: string): void {
    this.#text += text;
    let last = -1;
    for (const match of text.matchAll(lineBreak)) {
      this.#line++;
      last = match.index + match[0].length;
    }
    this.#column = last < 0 ? this.#column + text.length : text.length - last;
  }

  /** Between pieces, where any white space may stand. */
  goTo(target: Target | undefined): void {
    if (!target || target.line < this.#line) return;
    this.append('\n'.repeat(target.line - this.#line));
    if (target.column > this.#column) this.append(' '.repeat(target.column - this.#column));
  }

  /**
   * The same where a statement may stand, with `room` for what comes before the place. The white space is inside of a function that
   * nobody calls: a debugger moves a breakpoint on a line without code on to the next code of the same function.
   */
  passTo(target: Target | undefined, room: number): void {
    if (!target) return;
    const column = target.column - room - 2;
    const end = column < 0 ? { line: target.line - 1, column: 0 } : { line: target.line, column };
    if (end.line <= this.#line) return;
    this.append('()=>{');
    this.goTo(end);
    this.append('};');
  }

  /** A new line that begins inside of such a function. */
  nextLine(): void {
    this.append('()=>{\n};');
  }

  /** Within a piece, before a token: lines end only where they may, and where one ended it may be joined to the next. */
  align(target: Target): void {
    let end = this.#text.length;
    while (end > 0 && /\s/.test(this.#text[end - 1]!)) end--;
    const space = this.#text.slice(end);
    const breaks = space.match(lineBreak)?.length ?? 0;
    const line = this.#line - breaks;
    if (target.line < line) return;
    const mayBreak = breaks > 0 || breakable.has(this.#text[end - 1]!);
    if (target.line > line ? !mayBreak : breaks > 0 && !this.#mayJoin(end)) return;
    if (breaks > 0) {
      this.#text = this.#text.slice(0, end);
      this.#line = line;
      this.#column = end - Math.max(...['\n', '\r', '\u2028', '\u2029'].map((mark) => this.#text.lastIndexOf(mark))) - 1;
      if (target.line === line && target.column <= this.#column) this.append(' ');
    }
    this.goTo(target);
  }

  /** A line comment must not swallow what follows it. */
  #mayJoin(end: number): boolean {
    const lineStart = this.#text.lastIndexOf('\n', end - 1) + 1;
    return breakable.has(this.#text[end - 1]!) && !this.#text.slice(lineStart, end).includes('//');
  }
}
