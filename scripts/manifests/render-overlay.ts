import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** One object of Kubernetes, as it stands in a file. */
export interface Manifest {
  kind: string;
  apiVersion: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

interface Kustomization {
  namespace?: string;
  resources?: string[];
  images?: { name: string; newName?: string; newTag?: string; digest?: string }[];
  labels?: { pairs: Record<string, string> }[];
  patches?: { target: { kind: string; name: string }; patch: string }[];
}

interface Operation {
  op: string;
  path: string;
  value?: unknown;
}

const understood = new Set(['apiVersion', 'kind', 'namespace', 'resources', 'images', 'labels', 'patches']);

/**
 * What `kubectl kustomize <folder>` would give, for the few of its means that our files use: a check needs no kubectl.
 * @throws when a file uses more than that, or patches what is not there
 */
export function renderOverlay(folder: string): Manifest[] {
  const settings = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  const unknown = Object.keys(settings).filter((name) => !understood.has(name));
  if (unknown.length > 0) throw new Error(`${folder}: this check knows no ${unknown.join(', ')}`);
  const manifests = (settings.resources ?? []).flatMap((path) => readResource(join(folder, path)));
  for (const { metadata, ...rest } of manifests) {
    if (settings.namespace !== undefined) metadata.namespace = settings.namespace;
    for (const { pairs } of settings.labels ?? []) metadata.labels = { ...metadata.labels, ...pairs };
    for (const image of settings.images ?? []) setImage(rest, image);
  }
  for (const { target, patch } of settings.patches ?? []) {
    const found = manifests.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    if (!found) throw new Error(`${folder}: there is no ${target.kind} ${target.name} to patch`);
    for (const operation of parse(patch) as Operation[]) apply(found, operation);
  }
  return manifests;
}

function readResource(path: string): Manifest[] {
  if (!path.endsWith('.yaml')) return renderOverlay(path);
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    if (document.errors[0]) throw new Error(`${path}: ${document.errors[0].message}`);
    return document.toJS() as Manifest;
  });
}

/** Wherever a container stands: `image` is named nowhere else. */
function setImage(value: unknown, image: { name: string; newName?: string; newTag?: string; digest?: string }): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  if (fields['image'] === image.name) {
    const version = image.digest ? `@${image.digest}` : `:${image.newTag ?? 'latest'}`;
    fields['image'] = (image.newName ?? image.name) + version;
  }
  for (const inner of Object.values(fields)) setImage(inner, image);
}

/** `add` and `replace` of a field, as RFC 6902 says; what is replaced must be there. */
function apply(target: object, { op, path, value }: Operation): void {
  const names = path.split('/').slice(1);
  const last = names.pop() ?? '';
  const parent = names.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], target);
  const fields = parent as Record<string, unknown> | undefined;
  const isThere = fields !== undefined && last in fields;
  if (!fields || (op === 'replace' && !isThere) || !['add', 'replace'].includes(op))
    throw new Error(`${dirname(path)}: ${op} ${path} can't be done`);
  fields[last] = value;
}
