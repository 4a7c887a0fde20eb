import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { registry } from './metrics.js';

const deploy = join(__dirname, '../../deploy');
const suffixes = /_(?:bucket|sum|count)$/;
/** Prometheus makes these itself. */
const notOurs = new Set(['up']);

interface Series {
  labels: Set<string>;
  histogram: boolean;
}

async function ourSeries(): Promise<Map<string, Series>> {
  const found = new Map<string, Series>();
  for (const { name, type } of await registry.getMetricsAsJSON()) {
    const metric = registry.getSingleMetric(name) as unknown as { labelNames?: string[] };
    found.set(name, { labels: new Set(metric.labelNames), histogram: String(type) === 'histogram' });
  }
  return found;
}

/** Names and label matchers of every series an expression reads. */
function selectorsOf(expr: string): { name: string; labels: string[] }[] {
  const bare = expr.replace(/\b(?:by|without)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/\b([a-z_][a-z0-9_]*)\s*(?:\{([^}]*)\})?(?=\s*(?:\[|\)|[-+*/<>=!]|$))/g)].flatMap(
    ([, name = '', matchers = '']) =>
      /^(?:vector|and|or|unless)$/.test(name)
        ? []
        : [{ name, labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label) }],
  );
}

/** Labels that an expression groups by. */
const groupsOf = (expr: string): string[] =>
  [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));

async function check(exprs: string[]): Promise<void> {
  const known = await ourSeries();
  for (const expr of exprs) {
    const selectors = selectorsOf(expr).filter(({ name }) => !notOurs.has(name));
    const labels = new Set(['instance', 'job', 'le']);
    for (const { name, labels: used } of selectors) {
      const series = known.get(name) ?? known.get(name.replace(suffixes, ''));
      expect({ expr, name, known: series !== undefined }).toEqual({ expr, name, known: true });
      if (!known.has(name))
        expect({ expr, name, histogram: series?.histogram }).toEqual({ expr, name, histogram: true });
      for (const label of series?.labels ?? []) labels.add(label);
      for (const label of used) expect([...labels]).toContain(label);
    }
    for (const label of groupsOf(expr)) expect([...labels]).toContain(label);
  }
}

describe('deploy/', () => {
  it('alerts on series that exist, and says what to do', async () => {
    const { groups } = parse(readFileSync(join(deploy, 'prometheus-rules.yml'), 'utf8')) as {
      groups: { rules: { alert: string; expr: string; annotations: { summary: string; action: string } }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);

    await check(rules.map(({ expr }) => expr));
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations } of rules)
      expect(annotations).toEqual({ summary: expect.any(String), action: expect.any(String) });
    expect(rules.length).toBeGreaterThan(20);
  });

  it('shows series that exist, and every one of ours somewhere', async () => {
    const text = readFileSync(join(deploy, 'grafana-dashboard.json'), 'utf8');
    const { panels } = JSON.parse(text) as { panels: { targets?: { expr: string }[] }[] };
    const exprs = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

    await check(exprs);
    const shown = exprs.join('\n');
    const ours = [...(await ourSeries()).keys()].filter((name) => name.startsWith('dm_'));
    expect(ours.filter((name) => !shown.includes(name))).toEqual([]);
  });
});
