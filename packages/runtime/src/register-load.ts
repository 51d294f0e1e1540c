/**
 * The `load` hook of `goroutines/register`: what Node or another loader gives for a module, with its functions prepared.
 * Written once for Node's two kinds of hooks: `answer` is the other loader's result, `failure` its error.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formats, isTyped, prepareFile } from './functions/prepare-file.ts';
import { isRefused } from './functions/typescript.ts';
import { readTyped } from './register-files.ts';

export interface Loaded {
  format?: string | null | undefined;
  source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
  shortCircuit?: boolean | undefined;
}

export function isForUs(url: string): boolean {
  return url.startsWith('file:') && !url.startsWith(own);
}

const own = new URL('./', import.meta.url).href;

/** @param takesCommonJS whether CommonJS may be given as text; else Node reads the file again and `_compile` is asked */
export function prepareAnswer<T extends Loaded>(url: string, answer: T, takesCommonJS: boolean): T {
  const format = formats.get(answer.format ?? '');
  if (format === undefined || (format === 'commonjs' && !takesCommonJS)) return answer;
  const typescript = answer.format !== format;
  const source = textOf(answer.source) ?? readFileSync(fileURLToPath(url.replace(/[?#].*$/, '')), 'utf8');
  return { ...answer, format, source: prepareFile(source, url, format === 'module', typescript), shortCircuit: true };
}

/** For a file that nobody else could load; throws the error that came of it if it is no TypeScript. */
export function prepareTyped(url: string, failure: unknown, takesCommonJS: boolean): Loaded {
  if (!isTyped(url) || !isRefused(failure)) throw failure;
  const { source, format } = readTyped(url);
  if (format === 'commonjs' && !takesCommonJS) return { format, source: null, shortCircuit: true };
  return { format, source: prepareFile(source, url, format === 'module', true), shortCircuit: true };
}

function textOf(source: Loaded['source']): string | undefined {
  if (source === null || source === undefined || typeof source === 'string') return source ?? undefined;
  const bytes = ArrayBuffer.isView(source)
    ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    : Buffer.from(source);
  return bytes.toString('utf8');
}
