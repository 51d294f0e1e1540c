/**
 * The dashboard's HTTP server: three files, and a stream of frames as Server-Sent Events.
 *
 * All pages share one sampler, which runs while there is a page and not otherwise. A page that does not take what it is sent
 * (a hidden tab on a slow computer, a stopped process) is sent no more until it has: frames hold everything, so it
 * misses nothing but moments. One that takes nothing for a minute is cut off.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { judge, SAFE_HEADERS } from './access.ts';
import type { Frame, Happening, Hello } from './frame.ts';

export interface Source {
  hello: Hello;
  sample(pages: number): Omit<Frame, 'happenings'>;
  happeningsAfter(number: number): Happening[];
  /** The first page has come, or the last one has gone. */
  watched(isWatched: boolean): void;
}

export interface ServerOptions {
  port: number;
  token: string;
  /** The folder of the page's files. */
  assets: string;
  source: Source;
  /** Milliseconds between frames. */
  interval: number;
}

/** More pages than this are refused. */
const MOST_PAGES = 50;
const STALLED_MILLISECONDS = 60_000;
const HTML = 'text/html; charset=utf-8';
const FILES: Readonly<Record<string, [file: string, type: string]>> = {
  '': ['index.html', HTML],
  'dashboard.js': ['dashboard.js', 'text/javascript; charset=utf-8'],
  'dashboard.css': ['dashboard.css', 'text/css; charset=utf-8'],
};

interface Page {
  response: ServerResponse;
  /** The last happening that it was told of. */
  told: number;
  /** When it began not to take what it was sent; 0 while it does. */
  stalledAt: number;
}

export class DashboardServer {
  private readonly pages = new Set<Page>();
  private readonly server: Server;
  private timer: NodeJS.Timeout | null = null;
  private port = 0;
  private bytes = 0;
  /** Frames that were left out for pages that did not take them. */
  left = 0;
  private readonly options: ServerOptions;
  private readonly assets = new Map<string, Buffer>();

  constructor(options: ServerOptions) {
    this.options = options;
    this.server = createServer((request, response) => this.answer(request, response));
    this.server.on('clientError', (_, socket) => socket.destroy());
  }

  /** Gives the port. Rejects with Node's error, such as EADDRINUSE. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, '127.0.0.1', () => {
        this.port = (this.server.address() as AddressInfo).port;
        resolve(this.port);
      });
    });
  }

  /** Ends all connections, and the server. */
  close(): Promise<void> {
    for (const page of this.pages) page.response.end('event: end\ndata: closed\n\n');
    this.stopSampling();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      setImmediate(() => this.server.closeAllConnections());
    });
  }

  /** Bytes that wait for pages to take them. */
  get heldBytes(): number {
    let held = 0;
    for (const { response } of this.pages) held += response.writableLength;
    return held;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const verdict = judge(request, this.port, this.options.token);
    if (!verdict.allowed) {
      response.writeHead(verdict.status, { ...SAFE_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${verdict.text}\n`);
      return;
    }
    if (verdict.file === 'events') {
      this.addPage(request, response);
      return;
    }
    const file = Object.hasOwn(FILES, verdict.file) ? FILES[verdict.file] : undefined;
    if (file === undefined) {
      response.writeHead(404, { ...SAFE_HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end('There is no such page.\n');
      return;
    }
    response.writeHead(200, { ...SAFE_HEADERS, 'content-type': file[1] });
    response.end(request.method === 'HEAD' ? undefined : this.readAsset(file[0]));
  }

  private addPage(request: IncomingMessage, response: ServerResponse): void {
    if (this.pages.size >= MOST_PAGES) {
      response.writeHead(503, { ...SAFE_HEADERS, 'retry-after': '5' }).end(`${MOST_PAGES} pages are open already.\n`);
      return;
    }
    response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const page: Page = { response, told: 0, stalledAt: 0 };
    response.on('close', () => {
      this.pages.delete(page);
      if (this.pages.size === 0) this.stopSampling();
    });
    this.pages.add(page);
    response.write(`retry: 1000\nevent: hello\ndata: ${JSON.stringify(this.options.source.hello)}\n\n`);
    if (this.timer === null) this.startSampling();
  }

  private startSampling(): void {
    this.options.source.watched(true);
    this.timer = setInterval(() => this.sendFrame(), this.options.interval);
    this.sendFrame();
  }

  private stopSampling(): void {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.options.source.watched(false);
  }

  private sendFrame(): void {
    const { source } = this.options;
    const frame = source.sample(this.pages.size);
    frame.cost.bytes = this.bytes;
    frame.cost.left = this.left;
    const text = JSON.stringify(frame);
    this.bytes = text.length;
    for (const page of this.pages) this.send(page, text);
  }

  /** As the build has made it. */
  private readAsset(name: string): Buffer {
    let asset = this.assets.get(name);
    if (asset === undefined) this.assets.set(name, (asset = readFileSync(new URL(name, this.options.assets))));
    return asset;
  }

  private send(page: Page, frame: string): void {
    const { response } = page;
    if (response.writableLength > 0) {
      // The kernel's buffer is full: what is here has not gone yet.
      this.left++;
      page.stalledAt ||= performance.now();
      if (performance.now() - page.stalledAt > STALLED_MILLISECONDS) response.destroy();
      return;
    }
    page.stalledAt = 0;
    const happenings = this.options.source.happeningsAfter(page.told);
    page.told = happenings.at(-1)?.number ?? page.told;
    response.write(`event: frame\ndata: ${frame.slice(0, -1)},"happenings":${JSON.stringify(happenings)}}\n\n`);
  }
}
