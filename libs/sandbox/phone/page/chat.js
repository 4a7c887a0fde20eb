import { clockTime, el } from './api.js';

const list = document.querySelector('#messages');
const quickReplies = document.querySelector('#quick-replies');

/** What an attachment looks like when it isn't a picture or a sound. */
const PLACEHOLDERS = {
  ephemeral: '👁 Photo · seen once',
  share: '🖼 Shared post',
  story_mention: '✨ Mentioned you in their story',
  template: '▤ Template',
  file: '📄 File',
  video: '▶ Video',
  fallback: '🔗 Link',
};

export function scrollToEnd() {
  list.scrollTop = list.scrollHeight;
}

/** Draws the conversation. The person on the phone is "me": their messages are on the right. */
export function drawChat(view, hooks) {
  const { messages, businessTyping } = view.conversation;
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  const rows = [];
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1];
    if (!before || message.at - before.at > 30 * 60_000) rows.push(timeMark(message.at));
    rows.push(messageRow(view, message, messages[index + 1], hooks));
  }
  if (rows.length === 0) rows.push(emptyState(view));
  const seen = seenMark(view.conversation);
  if (seen) rows.push(seen);
  if (businessTyping) rows.push(typingBubble(view));
  list.replaceChildren(...rows);
  drawQuickReplies(messages, hooks);
  if (wasAtEnd) scrollToEnd();
}

function emptyState({ account }) {
  return el(
    'div',
    { className: 'empty' },
    el('img', { src: `/avatars/${account.username}.svg`, alt: '' }),
    el('strong', { textContent: account.name }),
    el('span', { textContent: `${account.handle} · Candles & ceramics` }),
    el('span', { textContent: 'Say hello, or send a picture.' }),
  );
}

function timeMark(at) {
  const day = new Date(at).toLocaleDateString([], { weekday: 'short', day: 'numeric', month: 'short' });
  return el('p', { className: 'time', textContent: `${day}, ${clockTime(at)}` });
}

function messageRow(view, message, next, hooks) {
  const isMine = message.from === 'customer';
  const isLastOfRun = !next || next.from !== message.from;
  const avatar = el('img', { className: 'face', src: `/avatars/${view.account.username}.svg`, alt: '' });
  if (!isLastOfRun) avatar.style.visibility = 'hidden';
  const column = el(
    'div',
    { className: 'column' },
    quoted(view, message),
    ...bubbles(message, hooks),
    reactions(message),
    message.edits > 0 && !message.unsent && el('small', { className: 'note', textContent: 'Edited' }),
    (message.via === 'instagram_app' || message.via === 'phone_app') &&
      el('small', { className: 'note', textContent: 'Written by a person' }),
  );
  const row = el('div', { className: `message ${isMine ? 'mine' : 'theirs'} ${isLastOfRun ? 'last' : ''}` });
  row.append(...(isMine ? [tools(message, isMine, hooks), column] : [avatar, column, tools(message, isMine, hooks)]));
  row.addEventListener('dblclick', () => !message.unsent && toggleHeart(message, hooks));
  return row;
}

function quoted(view, { replyTo }) {
  if (!replyTo) return null;
  if (replyTo.story) {
    const picture = el('img', { src: replyTo.story.url, alt: 'The story' });
    return el('div', { className: 'quote story' }, el('small', { textContent: 'Replied to their story' }), picture);
  }
  const original = view.conversation.messages.find(({ itemId }) => itemId === replyTo.itemId);
  const text = original?.unsent ? 'Message unavailable' : (original?.text ?? 'Picture');
  return el('div', { className: 'quote' }, el('small', { textContent: 'Replied' }), el('span', { textContent: text }));
}

function bubbles(message, hooks) {
  if (message.unsent) return [el('div', { className: 'bubble gone', textContent: 'Message unsent' })];
  if (message.unsupported) return [el('div', { className: 'bubble gone', textContent: 'Not supported here' })];
  const attachments = (message.attachments ?? []).filter(
    ({ type }, at, all) => type !== 'ig_post' || !all.some((one) => one.type === 'share'),
  );
  const parts = attachments.map((attachment) => attachmentBubble(attachment, hooks));
  if (message.text !== undefined) parts.push(el('div', { className: 'bubble', textContent: message.text }));
  return parts;
}

function attachmentBubble({ type, payload }, hooks) {
  const url = payload?.url;
  if (type === 'image' && url) return el('img', { className: 'photo', src: url, alt: 'Picture', loading: 'lazy' });
  if (type === 'audio' && url) return el('audio', { controls: true, src: url });
  if (type === 'like_heart') return el('div', { className: 'big-heart', textContent: '❤️' });
  if (type === 'template') return template(payload, hooks);
  const label = el('span', { textContent: PLACEHOLDERS[type] ?? type });
  const hasPicture = (type === 'share' || type === 'story_mention') && url;
  return el(
    'div',
    { className: 'bubble card' },
    hasPicture && el('img', { className: 'photo', src: url, alt: '' }),
    label,
  );
}

function template(payload = {}, hooks) {
  const elements = payload.elements ?? [{ title: payload.text, buttons: payload.buttons }];
  const cards = elements.map((element) =>
    el(
      'div',
      { className: 'card-element' },
      element.image_url && el('img', { className: 'photo', src: element.image_url, alt: '' }),
      el('strong', { textContent: element.title ?? '' }),
      element.subtitle && el('span', { textContent: element.subtitle }),
      ...(element.buttons ?? []).map((button) => templateButton(button, hooks)),
    ),
  );
  return el('div', { className: 'bubble card' }, ...cards);
}

function templateButton({ type, title, payload, url }, { act }) {
  if (type === 'web_url') return el('a', { className: 'card-button', href: url, target: '_blank', textContent: title });
  const onclick = () => act('tap-button', { title, payload: payload ?? title });
  return el('button', { className: 'card-button', type: 'button', textContent: title, onclick });
}

function reactions({ reactions: given, unsent }) {
  if (unsent || given.length === 0) return null;
  const all = given.map(({ emoji, reaction }) => emoji ?? reaction).join(' ');
  return el('span', { className: 'reactions', textContent: all, title: 'Reactions' });
}

function toggleHeart(message, { act }) {
  const has = message.reactions.some(({ by }) => by === 'customer');
  const mid = message.mids.instagram;
  return has ? act('unreact', { mid }) : act('react', { mid, reaction: 'love', emoji: '❤️' });
}

/** What can be done to one message; shown on hover and focus. */
function tools(message, isMine, hooks) {
  const box = el('div', { className: 'tools' });
  if (message.unsent) return box;
  const mid = message.mids.instagram;
  const tool = (label, sign, onclick) =>
    el('button', { type: 'button', 'aria-label': label, title: label, textContent: sign, onclick });
  box.append(
    tool('React with a heart, or take it back', '♡', () => toggleHeart(message, hooks)),
    tool('Reply to this message', '↩', () => hooks.setReplyTo(message)),
  );
  if (isMine) {
    if (message.text !== undefined) {
      box.append(
        tool('Edit', '✎', () => {
          const text = prompt('Edit message', message.text);
          if (text) hooks.act('edit', { mid, text });
        }),
      );
    }
    box.append(tool('Unsend', '⌫', () => hooks.act('unsend', { mid })));
  }
  return box;
}

function seenMark({ messages, seenByBusinessAt }) {
  const last = messages.at(-1);
  if (!last || last.from !== 'customer' || seenByBusinessAt < last.at) return null;
  return el('p', { className: 'seen', textContent: 'Seen' });
}

function typingBubble({ account }) {
  const dots = el('div', { className: 'bubble typing', 'aria-label': 'Typing' }, el('i'), el('i'), el('i'));
  const face = el('img', { className: 'face', src: `/avatars/${account.username}.svg`, alt: '' });
  return el('div', { className: 'message theirs last' }, face, dots);
}

function drawQuickReplies(messages, { act }) {
  const last = messages.at(-1);
  const offered = last?.from === 'business' ? (last.quickReplies ?? []) : [];
  quickReplies.replaceChildren(
    ...offered.map(({ title, payload }) =>
      el('button', { type: 'button', textContent: title, onclick: () => act('tap-quick-reply', { title, payload }) }),
    ),
  );
}
