/** `FROM name:tag`, `image: name:tag`, each with or without a digest. */
const reference = /^(\s*(?:FROM|image:)\s+)([\w./-]+:[\w.-]+)(@sha256:[0-9a-f]{64})?/gm;

/** Images that a Dockerfile or a compose file takes from elsewhere, by name and tag. */
export function imagesIn(text: string): string[] {
  return [...new Set([...text.matchAll(reference)].map(([, , image = '']) => image))];
}

/** Puts the digest behind each: what was tried is then what is built and run, whatever its tag says later. */
export function pinImages(text: string, digests: ReadonlyMap<string, string>): string {
  return text.replace(reference, (whole, before: string, image: string) => {
    const digest = digests.get(image);
    return digest === undefined ? whole : `${before}${image}@${digest}`;
  });
}
