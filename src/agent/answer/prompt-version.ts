import { createHash } from 'node:crypto';
import { aboutKnowledge, aboutTools, policy } from '../context/system-prompt.js';
import { answerOutput } from './agent-answer.js';

/** Changes with every word of our own rules and of the form of an answer. */
export const promptVersion = createHash('sha256')
  .update(JSON.stringify([policy, aboutKnowledge, aboutTools, answerOutput]))
  .digest('hex')
  .slice(0, 12);
