/** Goroutines by where they were created. */
import type { CensusReport, SiteRow } from '../src/dashboard/frame.ts';
import { count, milliseconds, placeOf } from './format.ts';
import { Scroll } from './scroll.tsx';
import { STATES } from './totals.tsx';

export function Sites({ census }: { census: CensusReport }) {
  return (
    <section class="panel">
      <h2>
        Where they were created <small class="number">{census.age > 3000 ? `counted ${milliseconds(census.age)} ago` : ''}</small>
      </h2>
      <Scroll label="Goroutines by where they were created" kind="fixed">
        <table>
          <thead>
            <tr>
              <th scope="col">function</th>
              <th scope="col">created at</th>
              <th scope="col" class="number">
                goroutines
              </th>
              {STATES.map(([name, sign, words]) => (
                <th key={name} scope="col" class="number">
                  <span class={`sign ${name}`} aria-hidden="true">
                    {sign}
                  </span>
                  {words}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {census.sites.map((site) => (
              <Site key={site.fn} site={site} />
            ))}
            {census.otherGoroutines > 0 && (
              <tr>
                <th scope="row" colSpan={2} class="quiet">
                  and {count(census.otherSites)} other functions
                </th>
                <td class="number">{count(census.otherGoroutines)}</td>
                <td colSpan={3} />
              </tr>
            )}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Site({ site }: { site: SiteRow }) {
  const fn = placeOf(site.fn);
  const created = site.createdAt.map(placeOf);
  return (
    <tr data-test="site">
      <th scope="row" title={fn.whole}>
        {fn.name} <span class="quiet">{fn.place}</span>
      </th>
      <td title={created.map(({ whole }) => whole).join('\n')}>
        {created[0]?.place}
        {created.length > 1 && <span class="quiet"> and {created.length - 1} more</span>}
      </td>
      <td class="number">{count(site.running + site.runnable + site.waiting)}</td>
      {STATES.map(([name]) => (
        <td key={name} class="number">
          {count(site[name])}
        </td>
      ))}
    </tr>
  );
}
