/** Text as it may stand in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A page that says one thing, for a person whose browser was sent here. Everything given is escaped. */
export function plainPage({
  title,
  text,
  rows = [],
}: {
  title: string;
  text: string;
  rows?: [string, string][];
}): string {
  const table = rows
    .map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
    .join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1.5rem; color: #1c1c1e; background: #fafafa; }
h1 { font-size: 1.5rem; line-height: 1.25; }
table { border-collapse: collapse; margin-top: 1.5rem; }
th { text-align: left; font-weight: 500; padding: .25rem 1.5rem .25rem 0; color: #636366; }
@media (prefers-color-scheme: dark) { body { color: #f2f2f7; background: #1c1c1e; } th { color: #aeaeb2; } }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
${table === '' ? '' : `<table>${table}</table>`}
</main>
</body>
</html>
`;
}
