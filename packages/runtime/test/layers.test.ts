/** The table in docs/architecture.md is the architecture: no import goes up, no cycle, no file without a place. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));
const document = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');
const table = /```layers\n([\s\S]*?)```/.exec(document)![1]!;
/** The place of each file: its line, or that of the file it belongs to. */
const order = new Map<string, number>();
for (const [line, text] of table.split('\n').entries()) {
  const [first, second] = text.trim().split(/\s+/);
  if (first === '+') order.set(second!, line - 1);
  else if (first !== '' && first !== undefined) order.set(first, line);
}
const files = (readdirSync(source, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts')).map(normalize);

/** The files that a file imports at run time. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const found: string[] = [];
  for (const [, type, names, specifier] of text.matchAll(
    /^(?:import|export)\s+(type\s+)?(?:([^;']*?)\s+from\s+)?'(\.[^']+)'/gm,
  )) {
    const members =
      /\{([\s\S]*)\}/
        .exec(names ?? '')?.[1]
        ?.split(',')
        .filter((member) => member.trim() !== '') ?? [];
    const onlyTypes = type !== undefined || (members.length > 0 && members.every((member) => member.trim().startsWith('type ')));
    if (!onlyTypes) found.push(normalize(join(dirname(file), specifier!)));
  }
  return found;
}

describe('layers', () => {
  it('has a place for every file, and no place without one', () => {
    expect([...order.keys()].sort()).toEqual([...files].sort());
  });

  it.each(files)('%s imports only from above', (file) => {
    const place = order.get(file)!;
    const together = (other: string) => other !== file && order.get(other) === place;
    const wrong = importsOf(file).filter((imported) => !(order.get(imported)! < place) && !together(imported));
    expect(wrong).toEqual([]);
  });

  it('sees imports at all', () => {
    expect(importsOf('index.ts')).toContain('go.ts');
    expect(importsOf('scheduler/task.ts')).not.toContain('scheduler/operation.ts');
  });
});
