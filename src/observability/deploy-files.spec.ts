import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
// Where the kinds of alerts begin.
import '../accounts/index.js';
import { registry } from './metrics.js';

const root = join(__dirname, '../..');
const deploy = join(root, 'deploy');
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

interface Rule {
  alert: string;
  expr: string;
  annotations: { summary: string; action: string };
}

function readRules(): Rule[] {
  const { groups } = parse(readFileSync(join(deploy, 'prometheus-rules.yml'), 'utf8')) as {
    groups: { rules: Rule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

/** Values of a label that a series has before anything has happened. */
async function valuesOf(series: string, label: string): Promise<string[]> {
  const metric = await registry.getSingleMetric(series)?.get();
  return (metric?.values ?? []).map(({ labels }) => String(labels[label])).sort();
}

/** Values of a label that the rules ask for by name. */
const askedFor = (series: string, label: string): string[] =>
  readRules().flatMap(({ expr }) =>
    [...expr.matchAll(new RegExp(`${series}\\{${label}=~?"([^"]*)"`, 'g'))].flatMap(([, values = '']) =>
      values.split('|'),
    ),
  );

describe('deploy/', () => {
  it('alerts on series that exist, and says what to do', async () => {
    const rules = readRules();

    await check(rules.map(({ expr }) => expr));
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations } of rules)
      expect(annotations).toEqual({ summary: expect.any(String), action: expect.any(String) });
    expect(rules.length).toBeGreaterThan(20);
  });

  it('alerts on each kind of alert at the first one, and on none that is never raised', async () => {
    const schema = readFileSync(join(root, 'src/accounts/alerts/alert.schema.ts'), 'utf8');
    const raised = [...(/alertKinds = \[([^\]]*)\]/.exec(schema)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
      ([, kind]) => kind,
    );

    expect(raised.length).toBeGreaterThan(5);
    expect(askedFor('dm_alerts_total', 'kind').sort()).toEqual(raised.sort());
    expect(await valuesOf('dm_alerts_total', 'kind')).toEqual(raised);
  });

  it.each([
    ['dm_webhook_deliveries_total', 'outcome'],
    ['dm_webhook_signatures_total', 'secret'],
  ])('sees the first increase of each %s it alerts on: it is there from the start', async (series, label) => {
    const asked = askedFor(series, label);

    expect(asked.length).toBeGreaterThan(0);
    expect(await valuesOf(series, label)).toEqual(expect.arrayContaining(asked));
  });

  it('alarms on memory above what a process runs in, and before its heap is at its bound', () => {
    const { expr = '' } = readRules().find(({ alert }) => alert === 'MemoryGrows') ?? {};
    const alarmMb = Number(/> (\d+)$/.exec(expr)?.[1]) / 1e6;
    const boundMb = Number(/--max-old-space-size=(\d+)/.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1]);

    expect(alarmMb).toBeGreaterThan(350); // what the benchmark of memory allows
    expect(alarmMb).toBeLessThan(boundMb);
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
