/**
 * The package as its users load it: all modules in one file, `dist/bundle/index.js`, for the main thread and for workers
 * alike. In one file V8 sees the constants of other modules as constants; imported they are loads with a check each, on
 * every use, and a message, a switch or a select costs 10 % more.
 */
import { fileURLToPath } from 'node:url';
import { useLibrary } from './functions/library.ts';
import { provideApi, provideInstallation } from './functions/reference.ts';
import { useRegistration } from './functions/typescript.ts';
import * as api from './index.ts';
import { useWorkerFile } from './threads/pool.ts';
import install from './worker.ts';

export * from './index.ts';

useWorkerFile(new URL('./thread.cjs', import.meta.url).href);
useRegistration(new URL('../register.js', import.meta.url).href);
useLibrary(fileURLToPath(new URL('../library', import.meta.url)));
provideApi(api, import.meta.url);
provideInstallation(install);
