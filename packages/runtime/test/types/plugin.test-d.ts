/** `goroutines/plugin` is a plugin to the compiler, too, in each bundler's own configuration. */
import type { Configuration as RspackConfiguration } from '@rspack/core';
import type { BuildOptions } from 'esbuild';
import goroutines, { type PluginOptions } from 'goroutines/plugin';
import type { RolldownOptions } from 'rolldown';
import type { RollupOptions } from 'rollup';
import type { UserConfig } from 'vite';
import { expectTypeOf, test } from 'vitest';
import type { ViteUserConfig } from 'vitest/config';
import type { Configuration } from 'webpack';

test('each bundler takes it', () => {
  expectTypeOf({ plugins: [goroutines.vite()] }).toExtend<UserConfig>();
  expectTypeOf({ plugins: [goroutines.vite()] }).toExtend<ViteUserConfig>();
  expectTypeOf({ plugins: [goroutines.rollup()] }).toExtend<RollupOptions>();
  expectTypeOf({ plugins: [goroutines.rolldown()] }).toExtend<RolldownOptions>();
  expectTypeOf({ plugins: [goroutines.esbuild()] }).toExtend<BuildOptions>();
  expectTypeOf({ plugins: [goroutines.webpack()] }).toExtend<Configuration>();
  expectTypeOf({ plugins: [goroutines.rspack()] }).toExtend<RspackConfiguration>();
});

test('options', () => {
  expectTypeOf(goroutines.vite).parameter(0).toEqualTypeOf<PluginOptions | undefined>();
  // @ts-expect-error: there is no such way to refuse
  goroutines.esbuild({ refuse: 'never' });
});
