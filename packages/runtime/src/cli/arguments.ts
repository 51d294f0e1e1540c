/** What stands on the command line: a command, its options, the program's file, and all that is the program's own. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/** What is wrong with the command line, in words for who has written it. */
export class UsageError extends Error {}

export interface Request {
  command: Command;
  /** Flags for Node and V8. */
  nodeOptions: string[];
  /** `top` */
  port: number;
  stays: boolean;
  /** `trace` */
  output: string;
  full: boolean;
  /** The program and its arguments. */
  file: string;
  args: string[];
}

export const COMMANDS = ['run', 'top', 'trace'] as const;
export type Command = (typeof COMMANDS)[number];

const MOST_PORT = 65_535;
const common: OptionsConfig = { 'node-option': { type: 'string', multiple: true } };
const own: Record<Command, OptionsConfig> = {
  run: {},
  top: { port: { type: 'string', short: 'p' }, stay: { type: 'boolean' } },
  trace: { output: { type: 'string', short: 'o' }, full: { type: 'boolean' } },
};

export function parseRequest(words: readonly string[]): Request {
  const [command, ...rest] = words;
  if (command === undefined) throw new UsageError('a command is missing');
  if (!isCommand(command)) {
    const meant = existsSync(command) ? `. Did you mean: goroutines run ${command}` : '';
    throw new UsageError(`unknown command '${command}'; there are ${COMMANDS.join(', ')}${meant}`);
  }
  const options = { ...common, ...own[command] };
  const end = endOfOptions(rest, options);
  const { 'node-option': nodeOptions = [], port, stay, output, full } = optionsOf(command, rest.slice(0, end), options);
  const program = rest[end] === '--' ? rest.slice(end + 1) : rest.slice(end);
  const [file, ...args] = program;
  if (file === undefined) throw new UsageError(`goroutines ${command}: the program's file is missing`);
  return {
    command,
    nodeOptions,
    port: portOf(port),
    stays: stay ?? false,
    output: outputOf(output),
    full: full ?? false,
    file,
    args,
  };
}

function isCommand(word: string): word is Command {
  return (COMMANDS as readonly string[]).includes(word);
}

/** Where the first word stands that is no option, nor an option's value: from there on all is the program's. */
function endOfOptions(words: string[], options: OptionsConfig): number {
  const { tokens } = parseArgs({ args: words, options, strict: false, tokens: true, allowPositionals: true });
  return tokens.find(({ kind }) => kind !== 'option')?.index ?? words.length;
}

interface Options {
  'node-option'?: string[];
  port?: string;
  stay?: boolean;
  output?: string;
  full?: boolean;
}

function optionsOf(command: Command, words: string[], options: OptionsConfig): Options {
  try {
    return parseArgs({ args: words, options }).values as Options;
  } catch (error) {
    throw new UsageError(`goroutines ${command}: ${(error as Error).message}`);
  }
}

function outputOf(file = 'trace.json'): string {
  if (file === '') throw new UsageError('goroutines trace: --output must name a file');
  return path.resolve(file);
}

function portOf(text: string | undefined): number {
  const port = text === undefined ? 0 : /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= MOST_PORT)) {
    throw new UsageError(`goroutines top: --port must be a whole number from 0 to ${MOST_PORT}, got '${text}'`);
  }
  return port;
}
