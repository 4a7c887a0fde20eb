/* What the API's documentation says of settings, whether they are read or changed. */

export const links = {
  description: 'Hosts the agent may link to; `*.` covers subdomains.',
  example: ['juniperandpine.example'],
};
export const effort = { example: 'low', description: 'How long the model may think before it writes.' };
export const automatic = {
  description:
    'Greetings and instant replies set up in the Instagram app, word for word: the agent does not take them for a person.',
  example: ['Hi! Thanks for your message.'],
};
export const parts = { example: 4, description: 'A longer answer is cut after so many messages.' };
export const zone = {
  example: 'Europe/Berlin',
  description: 'The business’s time zone by its IANA name; the agent is told the time there.',
};
export const dailyBudget = {
  example: 2.5,
  description:
    'US dollars that the model may cost a day (of UTC); then conversations go to a person. Absent: no limit.',
};
export const monthlyBudget = {
  example: 40,
  description:
    'US dollars that the model may cost a month (of UTC); then conversations go to a person. Absent: no limit.',
};
export const phrases = {
  description: 'A message that asks with one of these goes to a person, without asking the model.',
  example: ['speak to a human'],
};
export const mode = {
  example: 'auto',
  description:
    'Whether the agent answers, suggests answers to people (`/inbox/conversations/{id}/suggestion`), or does nothing. ' +
    '`enabled` says the same of on and off.',
};
export const share = {
  example: 100,
  description: 'In `auto`, so many of a hundred conversations are answered; in the others the agent suggests.',
};
export const unanswered = {
  example: 'hand_over',
  description:
    'What becomes of a question without an answer that may be sent: a person goes on and the customer is told so, the ' +
    'customer is told that there is none, or nothing is said but `fallback_text`.',
};
export const openingHours = {
  description: 'When the shop is open. The agent knows whether it is, and when it opens next.',
};
export const peopleHours = {
  description:
    'When somebody is there to take a conversation over: a customer who is left to a person is told so. The opening hours if left out.',
};
