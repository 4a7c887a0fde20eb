import type { ChatCompletionRequest, ChatMessage } from '@copilotkit/aimock';

/** A tool that the model wants called. */
export interface WantedTool {
  name: string;
  args: Record<string, unknown>;
}

interface OfferedTool {
  name: string;
  description?: string;
  parameters?: { properties?: Record<string, { description?: string }> };
}

/** What a tool told, as the server shows it. */
export interface ToolTold {
  id: string;
  told: { tool?: string; answer?: unknown; error?: string; state?: string };
}

/**
 * Tools that a good model would call: those for whose parameters the customer wrote something of their form, and of
 * those that change something only what was asked for.
 * @param text what the customer wrote
 */
export function wantedTools({ tools, tool_choice: choice }: ChatCompletionRequest, text: string): WantedTool[] {
  if (choice === 'none') return [];
  const offered = (tools ?? []).map(({ function: tool }) => tool);
  const fitting = offered.flatMap((tool) => {
    const args = argumentsIn(tool, text);
    return args ? [{ tool, args }] : [];
  });
  const changes = fitting.filter(({ tool }) => isChange(tool) && text.toLowerCase().includes(verbOf(tool)));
  const chosen = changes.length > 0 ? changes : fitting.filter(({ tool }) => !isChange(tool));
  return chosen.map(({ tool: { name }, args }) => ({ name, args }));
}

/** What tools told since the customer wrote. */
export function toolAnswersIn(messages: readonly ChatMessage[]): ToolTold[] {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(last + 1).flatMap(({ role, content, tool_call_id: id }) => {
    if (role !== 'tool' || typeof content !== 'string') return [];
    return [{ id: id ?? '', told: JSON.parse(content) as ToolTold['told'] }];
  });
}

/** What a good model makes of it. */
export function sentenceOf({ told: { answer, error, state } }: ToolTold): string {
  if (state !== undefined) return 'I’ve passed that on to a colleague, who has to confirm it first. It isn’t done yet.';
  if (error === 'not_from_customer') return 'Could you send me the number as it stands in your confirmation e-mail?';
  if (error !== undefined) return 'I can’t look that up right now, sorry. A colleague will check it.';
  if (answer === null || typeof answer !== 'object') return 'I can’t find anything by that. Could you check it?';
  const facts = Object.entries(answer).filter(([, value]) => value !== null);
  return `I looked it up. ${facts.map(([name, value]) => `${name.replace(/^.*\//, '')}: ${String(value)}`).join(', ')}.`;
}

function argumentsIn({ parameters }: OfferedTool, text: string): Record<string, unknown> | undefined {
  const properties = Object.entries(parameters?.properties ?? {});
  const found = properties.map(([name, { description = '' }]): [string, string | undefined] => {
    const [, form] = /Form: \^?([^$\s]+)\$?/.exec(description) ?? [];
    return [name, form === undefined ? undefined : new RegExp(form).exec(text)?.[0]];
  });
  return properties.length > 0 && found.every(([, value]) => value !== undefined)
    ? Object.fromEntries(found)
    : undefined;
}

/** The server says of those that change something that a person confirms them. */
function isChange({ description = '' }: OfferedTool): boolean {
  return /confirms it first/.test(description);
}

function verbOf({ name }: OfferedTool): string {
  return name.split('_')[0]?.toLowerCase() ?? name;
}
