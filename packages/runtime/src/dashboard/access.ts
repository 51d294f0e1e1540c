/**
 * Who may talk to the dashboard's server. It listens on this computer only, but so do all of its users, and every web page
 * that a browser here has open can send it requests. So:
 *  - the path begins with a secret of 128 random bits, compared in constant time;
 *  - the Host header must name this computer: else a foreign name that is made to resolve to 127.0.0.1 (DNS rebinding) would
 *    make the server part of a foreign page's origin;
 *  - an Origin header, if there is one, must be the server's own;
 *  - the answers let a page load nothing from elsewhere, and nobody put it in a frame.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export function newToken(): string {
  return randomBytes(16).toString('base64url');
}

/** Hashed, so that texts of any length are compared in the same time. */
function isSame(given: string, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

export type Verdict = { allowed: true; file: string } | { allowed: false; status: number; text: string };

/** What a request asks for, if it may. */
export function judge(request: IncomingMessage, port: number, token: string): Verdict {
  const { host = '', origin } = request.headers;
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!names.includes(host)) return refuse(403, 'The dashboard answers only at 127.0.0.1 and localhost.');
  if (origin !== undefined && !names.some((name) => origin === `http://${name}`)) {
    return refuse(403, 'The dashboard does not answer pages of other origins.');
  }
  const [given = '', ...rest] = (request.url ?? '')
    .replace(/[?#].*$/, '')
    .slice(1)
    .split('/');
  if (!isSame(given, token) || rest.length !== 1) {
    return refuse(403, 'The address of the dashboard has a secret in it: take it as it was printed.');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET.');
  return { allowed: true, file: rest[0]! };
}

function refuse(status: number, text: string): Verdict {
  return { allowed: false, status, text };
}

export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
