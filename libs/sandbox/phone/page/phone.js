import { clockTime, el, get, post, say } from './api.js';
import { drawChat, scrollToEnd } from './chat.js';
import { openPanel } from './panel.js';

const $ = (selector) => document.querySelector(selector);

/** What the page shows. `conversation` is fetched anew on every change: it is small, and always right. */
const view = { state: null, account: null, customer: null, conversation: null, replyTo: null };

const MORE = [
  ['Three quick messages', () => burst(['Hi!', 'are you open today?', 'and do you do gift wrapping?'])],
  ['Tap a button (track my order)', () => act('tap-button', { title: 'Track my order', payload: 'TRACK_ORDER' })],
  ['Tap an ice breaker', () => act('tap-ice-breaker', { title: 'What are your opening hours?', payload: 'HOURS' })],
  ['Reply to a story', () => act('reply-to-story', { text: 'Love this scent!' })],
  ['Mention the shop in a story', () => act('mention-in-story')],
  ['Share a post', () => act('share-post')],
  ['Send a vanishing picture', () => act('send-ephemeral')],
  ['Send something unsupported', () => act('send-unsupported')],
  ['Come back through an ad', () => act('follow-link', { referral: { source: 'ADS', ad_id: '23843694560100001' } })],
  ['Opt in to news', () => act('opt-in', { payload: 'WEEKLY_NEWS' })],
  ['Comment on a post', () => act('comment', { text: 'How much is the big one?' })],
];

const act = async (action, body = {}) => {
  const replyTo = view.replyTo ? { replyTo: view.replyTo.mids.instagram } : {};
  setReplyTo(null);
  await post(`customers/${encodeURIComponent(view.customer.username)}/${action}`, {
    account: view.account.igId,
    ...replyTo,
    ...body,
  });
};

async function burst(texts) {
  for (const text of texts) await act('send-text', { text });
}

async function loadState() {
  view.state = await get('state');
  view.account = view.state.accounts.find(({ igId }) => igId === view.account?.igId) ?? view.state.accounts[0];
  const wanted = view.customer?.username ?? location.hash.slice(1);
  view.customer = view.state.customers.find(({ username }) => username === wanted) ?? view.state.customers[0];
  drawPeople();
}

function drawPeople() {
  $('#account').replaceChildren(
    ...view.state.accounts.map(({ igId, username }) =>
      el('option', { value: igId, textContent: `@${username}`, selected: igId === view.account.igId }),
    ),
  );
  $('#customers').replaceChildren(...view.state.customers.map(personRow));
  $('#business-avatar').src = `/avatars/${view.account.username}.svg`;
  $('#business-name').textContent = view.account.name;
  $('#business-handle').textContent = `${view.account.username} · Business chat`;
}

function personRow(customer) {
  const isChosen = customer.username === view.customer.username;
  const button = el(
    'button',
    { type: 'button', 'aria-pressed': String(isChosen), onclick: () => choose(customer) },
    el('img', { src: `/avatars/${customer.username}.svg`, alt: '' }),
    el(
      'span',
      {},
      el('b', { textContent: customer.name ?? customer.username }),
      el('small', { textContent: `@${customer.username}` }),
    ),
  );
  return el('li', {}, button);
}

async function choose(customer) {
  view.customer = customer;
  history.replaceState(null, '', `#${customer.username}`);
  setReplyTo(null);
  drawPeople();
  await loadConversation();
  scrollToEnd();
}

async function loadConversation() {
  const query = new URLSearchParams({ account: view.account.igId, customer: view.customer.username });
  view.conversation = await get(`conversation?${query}`);
  drawChat(view, { act, setReplyTo });
  drawWindow();
  markReadSoon();
}

let readTimer;

/** A phone that is looked at has seen what it shows, a moment later. */
function markReadSoon() {
  clearTimeout(readTimer);
  const last = view.conversation.messages.findLast(({ from }) => from === 'business');
  if (!last || last.at <= view.conversation.seenByPersonAt || document.hidden) return;
  readTimer = setTimeout(() => act('mark-read'), 900);
}

function drawWindow() {
  const { lastInboundAt, now } = view.conversation;
  $('#phone-time').textContent = clockTime(now);
  const leftMs = lastInboundAt === null ? 0 : lastInboundAt + 86_400_000 - now;
  const hours = Math.floor(leftMs / 3_600_000);
  const minutes = Math.floor((leftMs % 3_600_000) / 60_000);
  $('#window').textContent = leftMs > 0 ? `${hours} h ${minutes} min` : lastInboundAt === null ? '' : 'window closed';
  $('#window').classList.toggle('closed', leftMs <= 0);
}

function setReplyTo(message) {
  view.replyTo = message;
  const bar = $('#reply-bar');
  bar.hidden = !message;
  bar.querySelector('span').textContent = message ? `Replying to “${(message.text ?? 'a picture').slice(0, 40)}”` : '';
  if (message) $('#text').focus();
}

function openMore(open) {
  $('#more-menu').hidden = !open;
  $('#more').setAttribute('aria-expanded', String(open));
  if (open) $('#more-menu button').focus();
}

function listenToControls() {
  $('#composer').addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = $('#text').value.trim();
    if (!text) return;
    $('#text').value = '';
    $('#send').hidden = true;
    await act('send-text', { text });
  });
  $('#text').addEventListener('input', () => ($('#send').hidden = $('#text').value.trim() === ''));
  $('#picture').addEventListener('click', () => act('send-picture'));
  $('#voice').addEventListener('click', () => act('send-audio'));
  $('#like').addEventListener('click', () => act('send-like'));
  $('#more').addEventListener('click', () => openMore($('#more-menu').hidden));
  $('#reply-bar button').addEventListener('click', () => setReplyTo(null));
  document.addEventListener('click', ({ target }) => {
    if (!$('#more-menu').hidden && !target.closest('#more, #more-menu')) openMore(false);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || $('#more-menu').hidden) return;
    openMore(false);
    $('#more').focus();
  });
  $('#more-menu').append(
    ...MORE.map(([label, doIt]) =>
      el('button', { type: 'button', role: 'menuitem', textContent: label, onclick: () => (openMore(false), doIt()) }),
    ),
  );
  $('#business-reply').addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = $('#business-text').value.trim();
    if (!text) return;
    $('#business-text').value = '';
    await post(`accounts/${view.account.igId}/reply`, { customer: view.customer.username, text });
  });
  $('#account').addEventListener('change', async () => {
    view.account = view.state.accounts.find(({ igId }) => igId === $('#account').value);
    drawPeople();
    await loadConversation();
  });
  $('#new-customer').addEventListener('submit', addCustomer);
  document.addEventListener('visibilitychange', markReadSoon);
}

async function addCustomer(event) {
  event.preventDefault();
  const name = $('#new-name').value.trim();
  const username = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.|\.$/g, '');
  const customer = await post('customers', { name, username: username || `user${Date.now()}` });
  $('#new-name').value = '';
  await loadState();
  await choose(customer);
  say(`${name} can write now`);
}

const panel = openPanel(view, async () => {
  await loadState();
  await loadConversation();
});
listenToControls();
await loadState();
await loadConversation();
scrollToEnd();

const stream = new EventSource('/sandbox/stream');
stream.addEventListener('message', ({ data }) => {
  const event = JSON.parse(data);
  panel.see(event);
  const isHere = event.account === view.account.igId && event.customer === view.customer.username;
  if (isHere) void loadConversation();
});
stream.addEventListener('error', () => say('The sandbox is not answering. Is it still running?'));
setInterval(() => {
  if (!view.conversation) return;
  view.conversation.now += 20_000;
  drawWindow();
}, 20_000);
