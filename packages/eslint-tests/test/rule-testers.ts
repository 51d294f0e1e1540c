/** Every rule is tested with both versions of ESLint, on JavaScript with its own parser and on all code with TypeScript's. */
import typescriptParser from '@typescript-eslint/parser';
import { RuleTester as RuleTester10 } from 'eslint';
import { RuleTester as RuleTester9 } from 'eslint-9';
import plugin from 'goroutines/eslint';
import { afterAll, describe, it } from 'vitest';

type Rules = typeof plugin.rules;
type Invalid = Omit<RuleTester10.InvalidTestCase, 'code'>;

export interface Cases {
  /** Code that is right, by what it shows. */
  valid: Record<string, string>;
  /** Code that is wrong, and what is said about it. */
  invalid: Record<string, [code: string, expected: Invalid]>;
  /** The same with types. */
  typed: { valid: Record<string, string>; invalid: Record<string, [code: string, expected: Invalid]> };
}

for (const RuleTester of [RuleTester9, RuleTester10]) Object.assign(RuleTester, { afterAll, describe, it, itOnly: it.only });

const versions = [
  ['ESLint 9', RuleTester9 as unknown as typeof RuleTester10],
  ['ESLint 10', RuleTester10],
] as const;

export function testRule(name: keyof Rules, { valid, invalid, typed }: Cases): void {
  const tests = (right: Cases['valid'], wrong: Cases['invalid']) => ({
    valid: Object.entries(right).map(([title, code]) => ({ name: title, code })),
    invalid: Object.entries(wrong).map(([title, [code, expected]]) => ({ name: title, code, ...expected })),
  });
  for (const [version, RuleTester] of versions) {
    describe(`${version}, its own parser`, () => {
      new RuleTester().run(name, plugin.rules[name], tests(valid, invalid));
    });
    describe(`${version}, TypeScript's parser`, () => {
      const tester = new RuleTester({ languageOptions: { parser: typescriptParser } });
      tester.run(name, plugin.rules[name], tests({ ...valid, ...typed.valid }, { ...invalid, ...typed.invalid }));
    });
  }
}
