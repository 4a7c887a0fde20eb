/** Asks for a token. @param problem a sentence of ours, never anything a caller sent */
export function loginPage(problem: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Queues</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0 1rem; }
      form { display: grid; gap: 0.75rem; width: min(30rem, 100%); }
      input, button { font: inherit; padding: 0.5rem; }
      p { margin: 0; color: #666; }
    </style>
  </head>
  <body>
    <form method="post" action="/admin/queues/session">
      <h1>Queues</h1>
      <p>${problem}</p>
      <label for="token">Token of the role admin</label>
      <input id="token" name="token" type="password" autocomplete="off" required autofocus />
      <button>Open</button>
      <p><code>npm run token -- --user me --role admin</code> makes one.</p>
    </form>
  </body>
</html>
`;
}
