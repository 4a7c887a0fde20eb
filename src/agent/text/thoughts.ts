/**
 * What models write to themselves. Which tags depends on the model, so all that are in use count, however they are
 * bracketed: `<think>`, `[THINK]`, `◁think▷`, `<|begin_of_thought|>`, `<seed:think>`, `&lt;think&gt;`.
 */
const thinkingNames = [
  'think(?:ing)?(?:_?process)?',
  'thoughts?',
  'reason(?:ing)?(?:_?(?:content|process|steps?))?',
  'reflect(?:ion|ing)?',
  'self[_-]?reflection',
  'analysis',
  'scratch_?pad',
  '(?:inner|internal)[_-]?(?:monologue|thoughts?|reasoning)',
  'monologue',
  'chain[_-]?of[_-]?thoughts?',
  'deliberat(?:e|ion)',
  'rationale',
  'plan(?:ning)?',
].join('|');
const opened = String.raw`(?:<|＜|&lt;)\s*\|?\s*`;
const closed = String.raw`\s*\|?\s*(?:>|＞|&gt;)`;
const attributes = String.raw`(?:\s+[\w:-]{1,40}\s*=[^<>\n]{0,200})?`;
/** Words that may stand for what the customer is asked to fill in: tags only where they are closed, too. */
const alsoWords = /^(?:reason|analysis|rationale|plan(?:ning)?|thoughts?)$/i;
const thinkingTag = new RegExp(
  [
    String.raw`${opened}(?<end>\/\s*)?\|?(?:[a-z]{2,12}:)?(?<name>${thinkingNames})${attributes}${closed}`,
    String.raw`◁\s*(?<end2>\/)?\s*(?<name2>${thinkingNames})\s*▷`,
    String.raw`\[\s*(?<end3>\/)?\s*(?<name3>think(?:ing)?|reasoning)\s*\]`,
    String.raw`<\|\s*(?<edge>begin|start|end)_?(?:of_?)?(?<name4>think(?:ing)?|thoughts?)\s*\|>`,
  ].join('|'),
  'giu',
);
const thinkingFence =
  /^[^\S\n]*```[^\S\n]*(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad)[^\S\n]*\n[\s\S]*?(?:^[^\S\n]*```[^\S\n]*$|$(?![\s\S]))/gimu;

/**
 * An answer without what its model thought, in the forms open models leave behind when their server does not take
 * them apart: thinking tags, the channels of harmony, turns of chat templates. A thought ends at its closing tag; one
 * that is never closed ends with the answer; what stands before a closing tag that nobody opened was thought, too.
 * Nothing may be left: then the model thought and said nothing.
 */
export function withoutThoughts(answer: string): string {
  let text = answer;
  // What is left may read as a tag again; each round makes it shorter.
  for (let rounds = 0; rounds < 10; rounds++) {
    const said = outsideTags(ownTurn(lastChannel(text))).replace(thinkingFence, '');
    if (said === text) return text;
    text = said;
  }
  return '';
}

function readTag({ groups = {}, index, 0: tag }: RegExpMatchArray & { index: number }) {
  const name = (groups['name'] ?? groups['name2'] ?? groups['name3'] ?? groups['name4'] ?? '').toLowerCase();
  const closes = Boolean(groups['end'] ?? groups['end2'] ?? groups['end3']) || groups['edge']?.toLowerCase() === 'end';
  return { name, closes, start: index, end: index + tag.length };
}

function outsideTags(text: string): string {
  const open: string[] = [];
  let said = '';
  let from = 0;
  const tags = [...text.matchAll(thinkingTag)].map(readTag);
  const closedNames = new Set(tags.flatMap(({ name, closes }) => (closes ? [name] : [])));
  for (const { name, closes, start, end } of tags) {
    if (!closes && alsoWords.test(name) && !closedNames.has(name)) continue;
    if (open.length === 0) said += text.slice(from, start);
    from = end;
    if (!closes) open.push(name);
    else if (open.length === 0) said = '';
    else open.length = Math.max(0, open.lastIndexOf(name));
  }
  return open.length === 0 ? said + text.slice(from) : said;
}

const marker = String.raw`<\s*\|?\s*channel\s*\|?\s*>`;
const finalChannel = new RegExp(String.raw`${marker}\s*final\b[^<]{0,100}(?:<\|message\|>)?`, 'giu');
const otherChannel = new RegExp(
  String.raw`(?:<\|start\|>\s*\w{0,20}\s*)?${marker}\s*(?:analysis|commentary|thought|thinking|reasoning)\b[\s\S]*?(?:<\|(?:end|return|call)\|>|<\s*channel\s*\|>|(?=<\|start\|>|<\s*\|?\s*channel)|$(?![\s\S]))`,
  'giu',
);
const endOfMessage = /<\|(?:end|return|call|start|channel)\|>/iu;
/** How the channels look when a server drops the markers and keeps their names. */
const bareFinal = /assistant\s{0,3}final(?:<\|message\|>)?(?=[^a-z]|$)[^\S\n]*:?/gu;
const bareAnalysis = /^\s*(?:assistant\s*)?(?:analysis|commentary)(?=\p{Lu}|\n|\s*$|:\s)/u;

function lastChannel(text: string): string {
  const final = [...text.matchAll(finalChannel)].at(-1);
  if (final) {
    const rest = text.slice(final.index + final[0].length);
    return rest.slice(0, endOfMessage.exec(rest)?.index);
  }
  const bare = [...text.matchAll(bareFinal)].at(-1);
  if (bare) return text.slice(bare.index + bare[0].length);
  if (bareAnalysis.test(text)) {
    const spaced = /\n\s*(?:assistant\s*)?final\s*[:\n]/u.exec(text);
    return spaced ? text.slice(spaced.index + spaced[0].length) : '';
  }
  return text.replace(otherChannel, '');
}

const turnHeader =
  /(?:<\|(?:im_start|start|header_start|start_header_id|role_start)\|>|<start_of_turn>|<\|start_of_role\|>)\s*(assistant|model|user|human|system|developer|tool)\b[^\S\n]*(?:<\|(?:message|end_header_id|header_end|end_of_role|im_sep|role_end)\|>|\n)|<\|(user|assistant|system|observation)\|>/giu;
const endOfTurn =
  /<\|(?:im_end|end|return|call|eot_id|eom_id|eot|end_of_text|endoftext|end_of_turn|endofprompt)\|>|<end_of_turn>|<｜end▁of▁sentence｜>|<\/s>/giu;
const ownRoles = /^(?:assistant|model)$/i;

/** The first turn that is the model's own: what follows it, it made up for the other side. */
function ownTurn(text: string): string {
  const afterPrompt = text.replace(/<<\s*SYS\s*>>[\s\S]*?(?:<<\s*\/\s*SYS\s*>>|$(?![\s\S]))/giu, '');
  const turns = withoutInstructions(afterPrompt);
  const headers = [...turns.matchAll(turnHeader)];
  if (headers.length === 0) return turns;
  const spans = headers.map((header, index) => ({
    isOwn: ownRoles.test(header[1] ?? header[2] ?? ''),
    text: turns.slice(header.index + header[0].length, headers[index + 1]?.index),
  }));
  const all = [{ isOwn: true, text: turns.slice(0, headers[0]?.index) }, ...spans];
  return all.find((turn) => turn.isOwn && turn.text.replace(endOfTurn, '').trim() !== '')?.text ?? '';
}

/** `[INST] what was asked [/INST] the answer [INST] what the model would ask next`. */
function withoutInstructions(text: string): string {
  const start = /\[\/\s*INST\s*\]/iu.exec(text);
  const said = start ? text.slice(start.index + start[0].length) : text;
  return said.slice(0, /\[\s*\/?\s*INST\s*\]/iu.exec(said)?.index);
}

/** Control tokens of chat templates that stand alone in an answer. */
export const controlToken =
  /<[|｜][^|｜<>\n]{0,60}[|｜]>|<\/?(?:start_of_turn|end_of_turn|bos|eos|s|pad|unk|sep|cls|mask|eod|eot|answer|response|output|final(?:_answer|_response)?|assistant|model|human|tool_call|tool_response|function_call)>/giu;
