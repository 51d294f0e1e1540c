/**
 * What each bundler takes for a plugin, by as much as this package's plugin has of it. The bundlers' own types would be errors in
 * every project that checks declaration files, since nobody has all of those bundlers installed.
 */

/** Of Rollup, Rolldown and Vite. */
export interface NamedPlugin {
  name: string;
}

export interface EsbuildPlugin {
  name: string;
  setup(build: unknown): void | Promise<void>;
}

/** Of webpack and Rspack. */
export interface CompilerPlugin {
  apply(compiler: unknown): void;
}

/** The plugin for each bundler. */
export interface Plugins<Options> {
  /** Also for Vitest. */
  vite(options?: Options): NamedPlugin | NamedPlugin[];
  rollup(options?: Options): NamedPlugin | NamedPlugin[];
  rolldown(options?: Options): NamedPlugin | NamedPlugin[];
  esbuild(options?: Options): EsbuildPlugin;
  webpack(options?: Options): CompilerPlugin;
  rspack(options?: Options): CompilerPlugin;
}
