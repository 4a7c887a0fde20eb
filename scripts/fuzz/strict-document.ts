interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
}

/**
 * The server's own document, with every answer's fields taken as all there are: a client must bear new fields, but a
 * field that nobody documented is one that nobody meant to show.
 */
export async function strictDocument(apiUrl: string): Promise<string> {
  const answer = await fetch(`${apiUrl}/docs-json`);
  if (!answer.ok) throw new Error(`/docs-json answered ${answer.status}`);
  const document = (await answer.json()) as { components: { schemas: Record<string, Schema> } };
  for (const schema of Object.values(document.components.schemas)) {
    if (schema.properties) schema.additionalProperties ??= false;
  }
  return JSON.stringify(document);
}
