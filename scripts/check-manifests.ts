/**
 * Checks deploy/kubernetes against the schemas of the oldest and the newest Kubernetes that it is meant for:
 * `npm run manifests:check`. What the files must be to each other and to the server, `kubernetes-files.spec.ts` checks.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { kubernetesSchemas } from './manifests/kubernetes-schemas.js';
import { renderOverlay, type Manifest } from './manifests/render-overlay.js';

const versions = ['1.30.0', '1.37.0'];
const overlays = join(import.meta.dirname, '../deploy/kubernetes/overlays');

/** `apps/v1` Deployment is `deployment-apps-v1.json`, `v1` Service is `service-v1.json`. */
function schemaName({ apiVersion, kind }: Manifest): string {
  const [group = '', version] = apiVersion.split('/');
  return [kind, group.split('.')[0], version].filter(Boolean).join('-').toLowerCase() + '.json';
}

class SchemaCheck {
  private readonly ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, validateSchema: false });
  private readonly known = new Map<string, ValidateFunction>();

  constructor(private readonly folder: string) {
    this.ajv.addSchema(this.read('_definitions.json'), '_definitions.json');
  }

  problems(manifest: Manifest): string[] {
    const name = schemaName(manifest);
    const validate = this.known.get(name) ?? this.ajv.compile(this.read(name));
    this.known.set(name, validate);
    return validate(manifest) ? [] : (validate.errors ?? []).map(sentence);
  }

  private read(name: string): object {
    return JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as object;
  }
}

function sentence({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || '/'} ${message ?? ''} ${JSON.stringify(params)}`;
}

let wrong = 0;
let checked = 0;
for (const version of versions) {
  const check = new SchemaCheck(await kubernetesSchemas(version));
  for (const overlay of readdirSync(overlays)) {
    for (const manifest of renderOverlay(join(overlays, overlay))) {
      checked += 1;
      for (const problem of check.problems(manifest)) {
        wrong += 1;
        process.stderr.write(`${overlay}, ${version}: ${manifest.kind} ${manifest.metadata.name}: ${problem}\n`);
      }
    }
  }
}
process.stdout.write(`${checked} manifests checked against Kubernetes ${versions.join(' and ')}, ${wrong} problems\n`);
if (wrong > 0 || checked === 0) process.exitCode = 1;
