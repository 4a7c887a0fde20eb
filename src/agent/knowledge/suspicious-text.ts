import type { KnowledgeWarning } from './knowledge-document.schema.js';

/** A text that speaks to the machine that reads it: nothing a shop tells its customers. */
const speaksToAssistant = [
  /\b(?:ai|ki|llm|chat)[- ]?(?:assistant|assistent|agent|bot|model)/iu,
  /\b(?:assistant|chatbot|language model|system prompt|sprachmodell|modelo de lenguaje|asistente de ia|assistant ia)\b/iu,
  /\b(?:ignore|disregard|forget|ignorier\w*|vergiss|olvida|ignora|oublie[zr]?)\b.{0,30}\b(?:instruction|rule|prompt|anweisung|regel|instruccion|istruzion|regla)/iu,
  /\[\[|<\|im_|<\/?(?:system|instructions?)>/iu,
  /مساعد الذكاء|الذكاء الاصطناعي.{0,20}(?:قل|تجاهل)|עוזר ה?בינה|人工智能助手|AI ?助手|忽略.{0,10}指令|yapay zeka asistan|دستیار هوش/iu,
];

/** What an owner should look at before the agent is shown the text. */
export function warningsAbout(text: string): KnowledgeWarning[] {
  return speaksToAssistant.some((pattern) => pattern.test(text)) ? ['speaks_to_an_assistant'] : [];
}

const maxFlagged = 50;

/** The lines of a text that {@link warningsAbout} warns of, for who has to decide. */
export function flaggedIn(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && warningsAbout(line).length > 0).slice(0, maxFlagged);
}
