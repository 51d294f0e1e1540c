/**
 * A browser without a window, for tests of pages. Which one:
 *  1. the one that GOROUTINES_TEST_BROWSER names (its file);
 *  2. on Linux with an x64 processor, the Chromium in the npm package @sparticuz/chromium: that is all that a fresh machine has.
 *     It is unpacked once into `.cache`, with the libraries of NSS that a machine without a desktop lacks;
 *  3. an installed Chrome, Chromium or Edge.
 * Without one a test fails, and says so.
 */
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';

const VARIABLE = 'GOROUTINES_TEST_BROWSER';
const cache = fileURLToPath(new URL('../../../../.cache/browser/', import.meta.url));
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Those beside this file, and the machine's. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

const installed: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/microsoft-edge'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) =>
    ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].map((file) =>
      path.join(process.env[variable] ?? '', file),
    ),
  ),
};

interface Found {
  executablePath: string;
  env?: Record<string, string>;
}

export async function openBrowser(): Promise<Browser> {
  const { executablePath, env } = await findBrowser();
  return chromium.launch({ executablePath, args: flags, env: { ...(process.env as Record<string, string>), ...env } });
}

async function findBrowser(): Promise<Found> {
  const named = process.env[VARIABLE];
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`${VARIABLE} names '${named}', and there is no such file.`);
    return { executablePath: named };
  }
  if (process.platform === 'linux' && process.arch === 'x64') return packaged();
  const executablePath = (installed[process.platform] ?? []).find((file) => existsSync(file));
  if (executablePath !== undefined) return { executablePath };
  throw new Error(`No Chrome, Chromium or Edge was found for the tests of pages. Install one, or name its file in ${VARIABLE}.`);
}

/** The browser of the package, unpacked. Several processes may be here at one time: the last step is one renaming. */
async function packaged(): Promise<Found> {
  const home = path.dirname(path.dirname(path.dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))));
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string };
  const folder = path.join(cache, version);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const making = mkdtempSync(path.join(cache, 'making-'));
    const file = path.join(making, 'chromium');
    await pipeline(createReadStream(path.join(home, 'bin/chromium.br')), createBrotliDecompress(), createWriteStream(file));
    await chmod(file, 0o755);
    for (const archive of ['al2023.tar.br', 'fonts.tar.br']) {
      const input = brotliDecompressSync(readFileSync(path.join(home, 'bin', archive)));
      execFileSync('tar', ['-x', '-C', making], { input });
    }
    writeFileSync(path.join(making, 'fonts.conf'), FONTS);
    try {
      renameSync(making, folder);
    } catch (error) {
      rmSync(making, { recursive: true, force: true });
      if (!existsSync(folder)) throw error;
    }
  }
  const libraries = [path.join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    executablePath: path.join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: folder },
  };
}
