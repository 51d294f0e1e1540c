/** Source maps of prepared modules lead to the file as it was written. */
import { SourceMap } from 'node:module';
import { expect, it } from 'vitest';
import { transformModule } from '../../src/plugin/transform.ts';

const own = JSON.stringify(new URL('../../src/index.js', import.meta.url).href);

it.each([
  ['JavaScript', '/somewhere/a.mjs', ''],
  ['TypeScript with types', '/somewhere/a.ts', 'interface X { a: number }'],
  ['TypeScript that is written anew', '/somewhere/a.ts', 'enum Level { Low, High }'],
])('%s', (_, id, line) => {
  const source = `import { go } from ${own};\n${line}\nconst list = [1];\ngo(function* () {\n  return list;\n}); here();\n  throw new Error('there');\n`;
  const { code, map } = transformModule(source, id, (definition) => definition)!;
  expect(code).toContain('function $s(');
  expect(code).not.toContain('sourceMappingURL');
  const lines = code.split('\n');
  const written = new SourceMap(map as never);
  for (const [text, wanted] of [
    ['here()', [5, 4]],
    ['throw', [6, 2]],
  ] as const) {
    const at = lines.findIndex((each) => each.includes(text));
    const entry = written.findEntry(at, lines[at]!.indexOf(text));
    expect('originalLine' in entry && [entry.originalLine, entry.originalColumn]).toEqual(wanted);
  }
});
