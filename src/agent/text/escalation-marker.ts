/** On a line of its own it asks for a person; it is never shown. */
export const escalationMarker = '[[HANDOVER]]';

export const writtenEscalation = /\[\[\s*HANDOVER\s*\]\]/gi;
