// Runs a script in a Node process of its own, as if the user had started that process: the same terminal, the same
// signals, the same exit code.

import { spawn } from 'node:child_process';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Resolves with the exit code. When a signal ended the child, the same signal ends this process. */
export function runNode(script, args = [], { cwd = process.env.INIT_CWD ?? process.cwd() } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd, stdio: 'inherit' });

    // Ctrl-C goes to every process of the terminal, so the child has had it already; a second one would be taken for
    // an impatient user. Here it must only not end this process before the child has ended.
    const passOn = (signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of signals) process.on(signal, passOn);
    const watch = whenNpmIsGone(() => child.kill('SIGTERM'));

    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, passOn);
      if (signal === null) resolve(code);
      else process.kill(process.pid, signal);
    });
  });
}

/** A signal to npm reaches only the shell between npm and this process, and the shell ends without passing it on. */
function whenNpmIsGone(act) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const shell = process.ppid;
  return setInterval(() => {
    if (process.ppid !== shell) act();
  }, 500);
}
