/**
 * The ESLint plugin, `goroutines/eslint`, for ESLint 9 and 10 with flat configuration. The rules need no type information;
 * where TypeScript's parser is used, they read its annotations.
 *
 * @example
 * // eslint.config.js
 * import goroutines from 'goroutines/eslint';
 * export default [goroutines.configs.recommended];
 */
import type { ESLint, Linter } from 'eslint';
import { driveOperations } from './drive-operations.ts';
import { noCapturedAssignment } from './no-captured-assignment.ts';
import { noUncloneableCapture } from './no-uncloneable-capture.ts';

const rules = {
  'drive-operations': driveOperations,
  'no-captured-assignment': noCapturedAssignment,
  'no-uncloneable-capture': noUncloneableCapture,
};

const configs: { recommended: Linter.Config } = {
  recommended: {
    name: 'goroutines/recommended',
    rules: {
      'goroutines/drive-operations': 'error',
      'goroutines/no-captured-assignment': 'error',
      'goroutines/no-uncloneable-capture': 'error',
    },
  },
};

const plugin = { meta: { name: 'goroutines', namespace: 'goroutines' }, rules, configs } satisfies ESLint.Plugin;
configs.recommended.plugins = { goroutines: plugin };

export default plugin;
