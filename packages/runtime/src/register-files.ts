/** Files that Node itself would not load, because they are TypeScript or JSX: what they are, and their text. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { looksLikeModule } from './functions/module-kind.ts';

export function readTyped(url: string): { source: string; format: 'module' | 'commonjs' } {
  const file = fileURLToPath(url.replace(/[?#].*$/, ''));
  const source = readFileSync(file, 'utf8');
  return { source, format: formatOf(file, source) };
}

function formatOf(file: string, source: string): 'module' | 'commonjs' {
  const extension = path.extname(file);
  if (extension === '.mts') return 'module';
  if (extension === '.cts') return 'commonjs';
  return packageType(path.dirname(file)) ?? (looksLikeModule(source) ? 'module' : 'commonjs');
}

/** The `type` of the package in which a folder lies. */
function packageType(folder: string): 'module' | 'commonjs' | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      const { type } = JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8')) as { type?: unknown };
      return type === 'module' || type === 'commonjs' ? type : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
    }
    if (at === path.dirname(at)) return undefined;
  }
}
