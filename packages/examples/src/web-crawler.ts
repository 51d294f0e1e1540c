// The crawler of A Tour of Go: every page once, in parallel, to a certain depth. One goroutine keeps the list of what was
// seen, so it needs no lock; the others fetch and send it the links that they find. The web is a made-up one.

import { chan, go, run, type SendChan, sleep } from 'goroutines';

interface Page {
  body: string;
  links: string[];
}

const web: Record<string, Page> = {
  'https://golang.org/': { body: 'The Go Programming Language', links: ['https://golang.org/pkg/', 'https://golang.org/cmd/'] },
  'https://golang.org/pkg/': {
    body: 'Packages',
    links: ['https://golang.org/', 'https://golang.org/cmd/', 'https://golang.org/pkg/fmt/', 'https://golang.org/pkg/os/'],
  },
  'https://golang.org/pkg/fmt/': { body: 'Package fmt', links: ['https://golang.org/', 'https://golang.org/pkg/'] },
  'https://golang.org/pkg/os/': { body: 'Package os', links: ['https://golang.org/', 'https://golang.org/pkg/'] },
};

interface Visit {
  depth: number;
  links: string[];
}

function* visit(url: string, depth: number, visits: SendChan<Visit>) {
  yield* sleep(10 * Math.random()); // the network
  const page = web[url];
  console.log(page === undefined ? `not found: ${url}` : `found: ${url} "${page.body}"`);
  yield* visits.send({ depth, links: page?.links ?? [] });
}

function* main(depth: number) {
  const visits = chan<Visit>();
  const seen = new Set(['https://golang.org/']);
  go(visit, 'https://golang.org/', depth, visits);
  for (let fetching = 1; fetching > 0; fetching--) {
    const found = (yield* visits.recv())!;
    if (found.depth === 1) continue;
    for (const link of found.links) {
      if (seen.has(link)) continue;
      seen.add(link);
      go(visit, link, found.depth - 1, visits);
      fetching++;
    }
  }
}

await run(main, Number(process.argv[2] ?? 4));
