/** On a line of its own it asks for a person; it is never shown. */
export const handOverMarker = '[[HANDOVER]]';

export const writtenHandOver = /\[\[\s*HANDOVER\s*\]\]/gi;
