/**
 * TypeScript and JSX made JavaScript. Types are blanked out where that is all (SWC's stripper, which is Node's own way), so that every
 * line and column stays. What has to be written anew (enums, parameter properties, JSX) goes through oxc-transform, and
 * gets an inline source map.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const typed = /\.([cm]?ts|tsx|jsx)(?:[?#].*)?$/;

/** Whether a module is not JavaScript, by its URL. */
export function isTyped(url: string): boolean {
  return typed.test(url);
}

/** Throws SyntaxError for what can't be read. */
export function strip(text: string, url: string, isModule: boolean): string {
  const extension = typed.exec(url)?.[1] ?? '';
  const stripped = blank(text, extension);
  if (stripped !== undefined) return stripped;
  const { transformSync } = createRequire(import.meta.url)('oxc-transform') as typeof import('oxc-transform');
  const file = url.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : url;
  const { code, map, errors } = transformSync(file, text, { sourcemap: true, sourceType: isModule ? 'module' : 'commonjs' });
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0]!.codeframe ?? errors[0]!.message}`);
  const inline = Buffer.from(JSON.stringify({ ...map, sources: [url] })).toString('base64');
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}`;
}

/** Whether a module becomes JavaScript when its types are blanked out. */
export function hasOnlyTypes(text: string, url: string): boolean {
  return blank(text, typed.exec(url)?.[1] ?? '') !== undefined;
}

function blank(text: string, extension: string): string | undefined {
  if (extension.endsWith('x')) return undefined;
  const { transformSync } = createRequire(import.meta.url)('@swc/wasm-typescript') as typeof import('@swc/wasm-typescript');
  try {
    return transformSync(text, { mode: 'strip-only' }).code;
  } catch {
    // More than types, or no TypeScript at all: the transform tells.
    return undefined;
  }
}
