/**
 * `npm run images:pin`: writes the digests that the images' tags have now into Dockerfile and docker-compose.yml. Run it
 * where Docker reaches the registry, look at what changed, commit it, and again with each update.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { imagesIn, pinImages } from './supply-chain/pin-images.js';

const files = ['Dockerfile', 'docker-compose.yml'];

function digestOf(image: string): string {
  const format = ['--format', '{{.Manifest.Digest}}'];
  const printed = execFileSync('docker', ['buildx', 'imagetools', 'inspect', image, ...format], { encoding: 'utf8' });
  const digest = printed.trim();
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`docker names no digest of ${image}: ${digest}`);
  return digest;
}

const digests = new Map(
  files.flatMap((file) => imagesIn(readFileSync(file, 'utf8'))).map((image) => [image, digestOf(image)]),
);
for (const file of files) writeFileSync(file, pinImages(readFileSync(file, 'utf8'), digests));
for (const [image, digest] of digests) process.stdout.write(`${image} ${digest}\n`);
