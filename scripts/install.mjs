// Installs the workspace's dependencies with pnpm 10, exactly as the lockfile says, and only when needed: a stamp inside
// node_modules holds the hash of the lockfile that was installed last.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { TaskError } from './task-error.mjs';
import { pathOf, root } from './workspace.mjs';

const pnpmMajor = '10';
const stampFile = pathOf('node_modules', '.installed');

// The last option: nobody is there to answer whether an outdated node_modules may be replaced.
const installOptions = ['install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false'];

export function installDependencies() {
  const wanted = stamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;

  console.error('Installing the dependencies …');
  const [command, ...args] = pnpmCommand();
  const result = runQuietly(command, [...args, ...installOptions]);
  if (result.status !== 0) throw new TaskError(explain(result));
  writeFileSync(stampFile, wanted);
}

/** Native parts of dependencies are chosen by platform, so a folder that moved to another one is installed again. */
function stamp() {
  const lockfile = readFileSync(pathOf('pnpm-lock.yaml'));
  return `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** The pnpm on the PATH if it is of the right major version, else one that npm's npx fetches. */
function pnpmCommand() {
  const found = runQuietly('pnpm', ['--version']);
  if (found.status === 0 && found.stdout.trim().startsWith(`${pnpmMajor}.`)) return ['pnpm'];
  return ['npx', '--yes', '--prefer-offline', `pnpm@${pnpmMajor}`];
}

function runQuietly(command, args) {
  return spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32', // there, npx and pnpm are .cmd files
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, npm_config_fetch_retry_maxtimeout: '10000' }, // say within half a minute that there is no network
  });
}

function explain(result) {
  if (result.error?.code === 'ENOENT') return 'npx was not found on the PATH. It comes with npm; install that, or pnpm 10.';
  const output = `${result.stdout}${result.stderr}${result.error ?? ''}`.trim();
  return `${output}\n\nThe dependencies could not be installed. ${reason(output)}`;
}

function reason(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|META_FETCH_FAIL/.test(output)) {
    return 'The package registry did not answer: is there a network, and does npm need a proxy?';
  }
  if (output.includes('OUTDATED_LOCKFILE')) {
    return `pnpm-lock.yaml does not fit a package.json: run "npx pnpm@${pnpmMajor} install" and commit the lockfile.`;
  }
  return 'The lines above say why.';
}
