import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readSettings } from '../config/index.js';
import { renderOverlay, type Manifest } from '../../scripts/manifests/render-overlay.js';
import { registry } from './metrics.js';

const folder = join(__dirname, '../../deploy/kubernetes');
const secretsAt = '/run/secrets/dm/';
const secrets: Record<string, string> = {
  DATABASE_URL: 'mongodb://dm:pass@mongo-0.stores/?replicaSet=rs0',
  REDIS_URL: 'redis+sentinel://redis-0.stores:26379/master',
  ENCRYPTION_KEY: randomBytes(32).toString('base64'),
};

interface Container {
  image: string;
  ports?: { containerPort: number }[];
  env?: { name: string; value: string }[];
  lifecycle?: { preStop: { exec: { command: string[] } } };
}
interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: { containers: [Container]; terminationGracePeriodSeconds?: number };
}

const templateOf = (manifest: Manifest) => (manifest as unknown as { spec: { template: PodTemplate } }).spec.template;
const named = (manifests: Manifest[], kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const settingsOf = (manifests: Manifest[]) =>
  (named(manifests, 'ConfigMap')[0] as unknown as { data: Record<string, string> }).data;

describe.each(['production', 'staging'])('deploy/kubernetes, %s', (overlay) => {
  const manifests = renderOverlay(join(folder, 'overlays', overlay));
  const settings = settingsOf(manifests);
  const deployments = named(manifests, 'Deployment');
  const pods = [...deployments, ...named(manifests, 'Job')].map(templateOf);

  it.each(['api', 'worker'])('starts as %s: the settings are taken, and each secret is read from its file', (role) => {
    const files = mkdtempSync(join(tmpdir(), 'dm-secrets-'));
    const env = Object.entries(settings).map(([name, value]) => {
      if (!value.startsWith(secretsAt)) return [name, value];
      const secret = basename(value);
      expect(name).toBe(`${secret}_FILE`);
      writeFileSync(join(files, secret), secrets[secret] ?? randomBytes(36).toString('base64'));
      return [name, join(files, secret)];
    });
    try {
      const read = readSettings({ ...(Object.fromEntries(env) as Record<string, string>), ROLE: role });

      expect(read.ENVIRONMENT).toBe(overlay);
      expect(deployments.map((each) => templateOf(each).spec.containers[0].env)).toContainEqual([
        { name: 'ROLE', value: role },
      ]);
    } finally {
      rmSync(files, { recursive: true });
    }
  });

  it('kills after the server has given up by itself', () => {
    for (const { spec } of deployments.map(templateOf)) {
      const waitSeconds = Number(spec.containers[0].lifecycle?.preStop.exec.command[1]);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(
        waitSeconds + Number(settings.SHUTDOWN_GRACE_MS) / 1e3,
      );
      expect(spec.containers[0].ports).toEqual([expect.objectContaining({ containerPort: Number(settings.PORT) })]);
    }
  });

  it('names pods that there are: services, budgets, policies and autoscalers', () => {
    const labels = pods.map(({ metadata }) => metadata.labels['app.kubernetes.io/name']);
    const text = JSON.stringify(manifests.filter(({ kind }) => !['Deployment', 'Job'].includes(kind)));
    const asked = [...text.matchAll(/"app\.kubernetes\.io\/name":"([^"]*)"/g)].map(([, name]) => name);
    const inLists = [...text.matchAll(/"values":\[([^\]]*)\]/g)].flatMap(
      ([, list = '']) => list.match(/dm-\w+/g) ?? [],
    );

    expect(asked.length).toBeGreaterThan(4);
    for (const name of [...asked, ...inLists]) expect(labels).toContain(name);
  });

  it('grows by a series that there is', () => {
    const [, metric] = /"metric":\{"name":"([^"]*)"/.exec(JSON.stringify(manifests)) ?? [];
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');

    expect(registry.getSingleMetric(String(metric))).toBeDefined();
    expect(readme).toContain(`as: ${metric}`);
  });

  it('runs the image that the overlay names, everywhere', () => {
    for (const { spec } of pods) expect(spec.containers[0].image).toMatch(/^registry\.example\.com\/dm-backend[:@]/);
  });
});
