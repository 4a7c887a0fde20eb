import { clockTime, el, get, post, say } from './api.js';
import { drawChat, scrollToEnd } from './chat.js';
import { openPanel } from './panel.js';

const $ = (selector) => document.querySelector(selector);

/** What the page shows. `conversation` is fetched anew on every change: it is small, and always right. */
const view = { state: null, channel: 'instagram', account: null, customer: null, conversation: null, replyTo: null };

const everywhere = ['instagram', 'messenger', 'whatsapp'];
const onMeta = ['instagram', 'messenger'];
const onInstagram = ['instagram'];

/** What WhatsApp calls what a person does on the others, too. */
const ON_WHATSAPP = { 'send-audio': 'send-voice', 'tap-quick-reply': 'tap-choice', unsend: 'revoke' };

/** What there is, where, and what it does. */
const MORE = [
  ['Three quick messages', everywhere, () => burst(['Hi!', 'are you open today?', 'and do you do gift wrapping?'])],
  [
    'Tap a button (track my order)',
    onMeta,
    () => act('tap-button', { title: 'Track my order', payload: 'TRACK_ORDER' }),
  ],
  [
    'Tap an ice breaker',
    onMeta,
    () => act('tap-ice-breaker', { title: 'What are your opening hours?', payload: 'HOURS' }),
  ],
  ['Reply to a story', onInstagram, () => act('reply-to-story', { text: 'Love this scent!' })],
  ['Mention the shop in a story', onInstagram, () => act('mention-in-story')],
  ['Share a post', onInstagram, () => act('share-post')],
  ['Send a vanishing picture', onInstagram, () => act('send-ephemeral')],
  ['Send something unsupported', everywhere, () => act('send-unsupported')],
  [
    'Come back through an ad',
    onMeta,
    () => act('follow-link', { referral: { source: 'ADS', ad_id: '23843694560100001' } }),
  ],
  ['Opt in to news', onMeta, () => act('opt-in', { payload: 'WEEKLY_NEWS' })],
  ['Comment on a post', onMeta, () => act('comment', { text: 'How much is the big one?' })],
  ['Send a place', ['whatsapp'], () => act('send-location', { latitude: 52.53, longitude: 13.42 })],
  ['Take a username, hide the number', ['whatsapp'], () => act('take-username')],
  ['Change the number', ['whatsapp'], () => act('change-number', { phone: `4915${Date.now() % 1e9}` })],
];

const act = async (action, body = {}) => {
  const replyTo = view.replyTo ? { replyTo: view.replyTo.mids.instagram } : {};
  setReplyTo(null);
  const named = view.channel === 'whatsapp' ? (ON_WHATSAPP[action] ?? action) : action;
  await post(`customers/${encodeURIComponent(view.customer.username)}/${named}`, {
    channel: view.channel,
    account: view.account.id,
    ...replyTo,
    ...body,
  });
};

async function burst(texts) {
  for (const text of texts) await act('send-text', { text });
}

async function loadState() {
  view.state = await get('state');
  view.account = accounts().find(({ id }) => id === view.account?.id) ?? accounts()[0];
  const wanted = view.customer?.username ?? location.hash.slice(1);
  view.customer = view.state.customers.find(({ username }) => username === wanted) ?? view.state.customers[0];
  drawPeople();
}

/** Who can be written to on the channel: accounts, their Pages, numbers. */
function accounts() {
  if (view.channel === 'whatsapp') {
    const [{ username }] = view.state.accounts;
    return view.state.numbers.map(({ phoneNumberId: id, phone, name, isOnBizApp }) => {
      const handle = `+${phone}${isOnBizApp ? ' (and the app)' : ''}`;
      return { id, username, name, handle, canAnswer: isOnBizApp };
    });
  }
  return view.state.accounts.map(({ igId: id, username, name }) => {
    const handle = view.channel === 'messenger' ? name : `@${username}`;
    return { id, username, name, handle, canAnswer: true };
  });
}

function drawPeople() {
  $('#channel').value = view.channel;
  $('#account').replaceChildren(
    ...accounts().map(({ id, handle }) =>
      el('option', { value: id, textContent: handle, selected: id === view.account.id }),
    ),
  );
  $('#business-reply').hidden = !view.account.canAnswer;
  $('#like').hidden = view.channel !== 'instagram';
  drawMore();
  $('#customers').replaceChildren(...view.state.customers.map(personRow));
  $('#business-avatar').src = `/avatars/${view.account.username}.svg`;
  $('#business-name').textContent = view.account.name;
  $('#business-handle').textContent = `${view.account.handle} · Business chat`;
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
  const { channel, account, customer } = view;
  const query = new URLSearchParams({ channel, account: account.id, customer: customer.username });
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

function drawMore() {
  const here = MORE.filter(([, channels]) => channels.includes(view.channel));
  $('#more-menu').replaceChildren(
    ...here.map(([label, , doIt]) =>
      el('button', { type: 'button', role: 'menuitem', textContent: label, onclick: () => (openMore(false), doIt()) }),
    ),
  );
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
  $('#business-reply').addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = $('#business-text').value.trim();
    if (!text) return;
    $('#business-text').value = '';
    const kind = view.channel === 'whatsapp' ? 'numbers' : 'accounts';
    const said = { channel: view.channel, customer: view.customer.username, text };
    await post(`${kind}/${view.account.id}/reply`, said);
  });
  $('#account').addEventListener('change', async () => {
    view.account = accounts().find(({ id }) => id === $('#account').value);
    setReplyTo(null);
    drawPeople();
    await loadConversation();
  });
  $('#channel').addEventListener('change', async () => {
    view.channel = $('#channel').value;
    view.account = accounts()[0];
    setReplyTo(null);
    drawPeople();
    await loadConversation();
    scrollToEnd();
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
  const isHere =
    event.channel === view.channel && event.account === view.account.id && event.customer === view.customer.username;
  if (isHere) void loadConversation();
});
stream.addEventListener('error', () => say('The sandbox is not answering. Is it still running?'));
setInterval(() => {
  if (!view.conversation) return;
  view.conversation.now += 20_000;
  drawWindow();
}, 20_000);
