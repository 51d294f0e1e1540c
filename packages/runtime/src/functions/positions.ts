/**
 * Offsets, lines and columns of one script, and the file:line:column that users read. Lines end where V8 ends them.
 * Where the text carries an inline source map (transformed TypeScript), users are told the place in the file they wrote.
 */
import { SourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Script } from './inspector.ts';

export interface Position {
  file: string;
  /** One-based. */
  line: number;
  column: number;
}

export const lineBreak = /\r\n|[\n\r\u2028\u2029]/g;

export class Positions {
  readonly #script: Script;
  readonly #lineStarts: number[] = [0];
  #map: SourceMap | null | undefined;
  #transformed: boolean | undefined;

  constructor(script: Script) {
    this.#script = script;
    for (const match of script.text.matchAll(lineBreak)) this.#lineStarts.push(match.index + match[0].length);
  }

  /** Offset in the text of V8's zero-based line and column. */
  offset(line: number, column: number): number {
    const { startLine, startColumn } = this.#script;
    return this.#lineStarts[line - startLine]! + column - (line === startLine ? startColumn : 0);
  }

  /** Zero-based line and column of an offset, within the text. */
  at(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - this.#lineStarts[low]! };
  }

  /** The place in the file the user wrote that the inline source map gives for an offset; `exact` leaves out places in between. */
  mapped(offset: number, exact: boolean): { file: string; line: number; column: number } | undefined {
    const map = this.#sourceMap;
    if (!map) return undefined;
    const { url, startColumn } = this.#script;
    const { line, column: textColumn } = this.at(offset);
    const column = line === 0 ? textColumn + startColumn : textColumn;
    const entry = map.findEntry(line, column);
    if (!('originalLine' in entry) || entry.originalSource === undefined) return undefined;
    if (exact && (entry.generatedLine !== line || entry.generatedColumn !== column)) return undefined;
    const file = URL.canParse(entry.originalSource, url) ? new URL(entry.originalSource, url).href : url;
    return { file, line: entry.originalLine, column: entry.originalColumn };
  }

  /** Where an offset has to stand in extracted text (zero-based), so that stack traces name the right line and column. */
  target(offset: number): { line: number; column: number } | undefined {
    if (this.isTransformed) return this.mapped(offset, true);
    const { line, column } = this.at(offset);
    const { startLine, startColumn } = this.#script;
    return { line: line + startLine, column: line === 0 ? column + startColumn : column };
  }

  /** Whether the text was made from another text of the same file, as TypeScript is; a bundle is a file of its own. */
  get isTransformed(): boolean {
    if (this.#transformed === undefined) {
      const { url } = this.#script;
      const sources: string[] = this.#sourceMap?.payload.sources ?? [];
      this.#transformed = sources.length === 1 && URL.canParse(sources[0]!, url) && new URL(sources[0]!, url).href === url;
    }
    return this.#transformed;
  }

  /** The place for the user's eyes. */
  position(offset: number): Position {
    const mapped = this.mapped(offset, false);
    if (mapped) return { file: mapped.file, line: mapped.line + 1, column: mapped.column + 1 };
    return this.positionInScript(offset);
  }

  positionInScript(offset: number): Position {
    const { line, column } = this.at(offset);
    return { file: this.#script.url, line: line + this.#script.startLine + 1, column: column + 1 };
  }

  get #sourceMap(): SourceMap | null {
    if (this.#map === undefined) this.#map = inlineSourceMap(this.#script.sourceMapURL);
    return this.#map;
  }

  describe(offset: number): string {
    const { file, line, column } = this.position(offset);
    return `${shortName(file)}:${line}:${column}`;
  }
}

/** A file's name as short as it stays clear: relative to the working directory where it lies inside that. */
export function shortName(url: string): string {
  if (!url.startsWith('file:')) return url;
  const file = fileURLToPath(url);
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

function inlineSourceMap(url: string): SourceMap | null {
  const match = /^data:application\/json[^,]*;base64,(.*)$/s.exec(url);
  if (!match) return null;
  try {
    return new SourceMap(JSON.parse(Buffer.from(match[1]!, 'base64').toString()));
  } catch {
    return null;
  }
}
