import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface EvalOptions {
  shopsFile: string;
  conversationFiles: string[];
  shop?: string;
  model?: string;
  runs: number;
  /** Fewer altered answers, and no second look: to show on every change that it holds. */
  short: boolean;
  out: string;
}

export const usage = `npm run eval [-- options]

  --shop <id>                 this shop alone
  --shops <file>              shops to load (test/fixtures/agent-eval/shops.json)
  --conversations <file>      what customers say, one conversation a line; may be given several times
  --model <name>              the model to ask, with OPENAI_API_KEY set
  --runs <n>                  how often each conversation is played with a real model (3)
  --short                     fewer altered answers
  --out <file>                where the results go as JSON (eval-results.json)

With OPENAI_API_KEY (and OPENAI_BASE_URL) a real model answers; without, stand-ins show what holds whatever it says.`;

/** @throws {TypeError} an option that there is not */
export function readOptions(args: string[]): EvalOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      shops: { type: 'string' },
      conversations: { type: 'string', multiple: true },
      shop: { type: 'string' },
      model: { type: 'string' },
      runs: { type: 'string' },
      short: { type: 'boolean' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const folder = 'test/fixtures/agent-eval';
  const runs = Number(values.runs ?? 3);
  if (!Number.isInteger(runs) || runs < 1 || runs > 20) throw new TypeError('--runs takes a number from 1 to 20.');
  return {
    shopsFile: values.shops ?? `${folder}/shops.json`,
    conversationFiles: values.conversations ?? conversationsIn(folder),
    ...(values.shop ? { shop: values.shop } : {}),
    ...(values.model ? { model: values.model } : {}),
    ...{ runs, short: values.short ?? false, out: values.out ?? 'eval-results.json' },
  };
}

function conversationsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return names.sort().map((name) => join(folder, name));
}
