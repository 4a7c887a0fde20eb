import { el, get, post, put, remove, say } from './api.js';

const $ = (selector) => document.querySelector(selector);

const FAULTS = [
  ['Answer lost: it is sent, nobody hears', { mode: 'timeout_after_acting' }],
  ['Connection cut after sending', { mode: 'reset_after_acting' }],
  ['Unreadable answer after sending', { mode: 'drop_answer' }],
  ['Sent, but code 1/1357046', { mode: 'error', error: 'sent_but_error', afterActing: true }],
  ['Temporary error, code 2', { mode: 'error', error: 'transient' }],
  ['Rate limit, code 613', { mode: 'error', error: 'rate_limit' }],
  ['Outside the window, code 10', { mode: 'error', error: 'window_closed' }],
  ['Person unavailable, code 551', { mode: 'error', error: 'unavailable' }],
  ['Policy block, code 368', { mode: 'error', error: 'policy_block' }],
  ['Token expired, code 190', { mode: 'error', error: 'token_expired' }],
  ['Slow: 4 seconds', { mode: 'latency', latencyMs: 4_000 }],
  ['WhatsApp: taken, fails later', { mode: 'fails_later', error: 'undeliverable' }],
  ['WhatsApp: too many to one person, 131056', { mode: 'error', error: 'pair_rate' }],
];

const STATES = { delivered: '✓', pending: '…', dropped: '✕', skipped: '–', held: '‖' };

/** The panel beside the phone. @param refresh draws the phone anew */
export function openPanel(view, refresh) {
  openTabs();
  drawFaults();
  drawWorld(view, refresh);
  void fillLogs();
  return {
    see(event) {
      if (event.kind === 'delivery') seeDelivery(event);
      if (event.kind === 'call') seeCall(event.record);
    },
  };
}

function openTabs() {
  const tabs = [...document.querySelectorAll('[role=tab]')];
  const show = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      $(`#${tab.getAttribute('aria-controls')}`).hidden = !isChosen;
    }
    chosen.focus();
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => show(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (step) show(tabs[(index + step + tabs.length) % tabs.length]);
    });
  }
}

async function fillLogs() {
  const { url } = await get('webhooks');
  $('#target').textContent = url ? `to ${url}` : 'No webhook URL is set: events are only logged.';
  const [deliveries, calls] = await Promise.all([get('deliveries?last=40'), get('calls?last=40')]);
  for (const delivery of deliveries) {
    seeDelivery({ ...delivery, attempts: delivery.attempts.length, last: delivery.attempts.at(-1) });
  }
  for (const call of calls) seeCall(call);
}

function seeDelivery({ id, state, summary, login, attempts, last, reason }) {
  const outcome = last ? `${last.status ?? 'no answer'} · ${last.durationMs} ms` : (reason ?? 'on its way');
  const row = el(
    'details',
    { ontoggle: ({ target }) => target.open && showBody(target, id) },
    el(
      'summary',
      {},
      el('span', { className: `state ${state}`, textContent: STATES[state], title: state }),
      el('b', { textContent: summary }),
      el('span', {
        className: 'meta',
        textContent: `#${id} ${login === 'facebook' ? 'page ' : ''}${attempts > 1 ? `× ${attempts} ` : ''}`,
      }),
      el('span', { className: 'outcome', textContent: outcome }),
    ),
  );
  upsert('#deliveries', `delivery-${id}`, row);
}

async function showBody(details, id) {
  if (details.querySelector('pre')) return;
  const { body, attempts, reason } = await get(`deliveries/${id}`);
  const tries = attempts.map(({ status, error, durationMs, answer }) =>
    el('li', { textContent: `${status ?? error} after ${durationMs} ms ${answer ?? ''}` }),
  );
  const again = el('button', {
    type: 'button',
    textContent: 'Deliver again',
    onclick: async () => {
      await post(`deliveries/${id}/again`);
      say('Delivered once more, the same bytes');
    },
  });
  details.append(
    el('pre', { textContent: pretty(body) }),
    reason ? el('p', { textContent: reason }) : '',
    el('ul', {}, ...tries),
    again,
  );
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 1);
  } catch {
    return body;
  }
}

function seeCall({ id, method, path, route, status, code, fault, durationMs, body }) {
  const said = body?.message?.text ?? body?.sender_action ?? '';
  const isGood = status === 200 && !fault;
  const row = el(
    'details',
    {},
    el(
      'summary',
      {},
      el('span', { className: `state ${isGood ? 'delivered' : 'dropped'}`, textContent: isGood ? '✓' : '✕' }),
      el('b', { textContent: body?.sender_action ?? route }),
      el('span', { className: 'meta', textContent: `#${id} ${fault ? `fault: ${fault}` : ''}` }),
      el('span', {
        className: 'outcome',
        textContent: `${status ?? 'no answer'}${code ? ` · code ${code}` : ''} · ${durationMs} ms`,
      }),
    ),
    el('pre', { textContent: `${method} ${path}\n${pretty(JSON.stringify(body))}` }),
  );
  row.title = said;
  upsert('#call-list', `call-${id}`, row);
}

/** Newest on top, at most 80 of them; one that is there is replaced. */
function upsert(list, id, content) {
  const item = el('li', { id }, content);
  const there = document.getElementById(id);
  if (there) there.replaceWith(item);
  else $(list).prepend(item);
  while ($(list).children.length > 80) $(list).lastElementChild.remove();
}

function drawFaults() {
  const count = el(
    'select',
    { id: 'fault-count' },
    ...[1, 2, 3, 10].map((times) => el('option', { value: times, textContent: `${times} ×` })),
    el('option', { value: '', textContent: 'until cleared' }),
  );
  const active = el('ul', { id: 'active-faults', className: 'active-faults' });
  const refresh = async () => {
    const faults = await get('faults');
    active.replaceChildren(...faults.map((fault) => activeFault(fault, refresh)));
    if (faults.length === 0) active.append(el('li', { className: 'hint', textContent: 'Everything works.' }));
  };
  const throwSwitch = async (fault) => {
    const times = $('#fault-count').value;
    await post('faults', { route: 'send', ...fault, ...(times && { count: Number(times) }) });
    await refresh();
  };
  $('#faults').append(
    el('label', { className: 'field' }, 'The next sends fail ', count),
    el(
      'div',
      { className: 'choices' },
      ...FAULTS.map(([label, fault]) =>
        el('button', { type: 'button', textContent: label, onclick: () => throwSwitch(fault) }),
      ),
    ),
    el('h3', { textContent: 'Thrown switches' }),
    active,
  );
  $('#tab-faults').addEventListener('click', refresh);
  void refresh();
}

function activeFault({ id, route, mode, error, hits, count }, refresh) {
  const what = typeof error === 'string' ? error : mode;
  const text = `${route}: ${what.replaceAll('_', ' ')}, hit ${hits}${count ? ` of ${count}` : ''}`;
  const clear = async () => {
    await remove(`faults/${id}`);
    await refresh();
  };
  return el('li', {}, text, el('button', { type: 'button', textContent: 'Clear', onclick: clear }));
}

function drawWorld(view, refresh) {
  const account = (action, body) => async () => {
    // On Messenger it is the Page's list of fields.
    const login = view.channel === 'messenger' ? { login: 'facebook' } : {};
    await post(`${view.channel === 'whatsapp' ? 'numbers' : 'accounts'}/${view.account.id}/${action}`, {
      ...login,
      ...body,
    });
    say('Done');
    await refresh();
  };
  const clock = (hours) => async () => {
    await post('clock', { advanceMs: hours * 3_600_000 });
    await refresh();
  };
  const webhooks = (change) => async () => {
    await put('webhooks', change);
    say('From now on');
  };
  const statuses = (change) => async () => {
    await put('statuses', change);
    say('From now on');
  };
  $('#world').append(
    group(
      'Time',
      ['+ 1 hour', clock(1)],
      ['+ 24 hours', clock(24)],
      ['+ 7 days', clock(168)],
      ['+ 60 days', clock(1_440)],
    ),
    group('Tokens of this account', ['Revoke', account('revoke-tokens')], ['Let expire', account('expire-tokens')]),
    group(
      'Webhooks of this account',
      ['Unsubscribe', account('unsubscribe')],
      ['Subscribe to all', account('subscribe')],
    ),
    group(
      'Usage of this account',
      ['20 %', account('usage', { percent: 20 })],
      ['85 %', account('usage', { percent: 85 })],
      ['100 %, 5 min', account('usage', { percent: 100, regainMinutes: 5 })],
    ),
    group(
      'Echoes of our sends',
      ['After the answer', webhooks({ echo: 'after' })],
      ['Before it', webhooks({ echo: 'before' })],
      ['Twice', webhooks({ echo: 'twice' })],
      ['Never', webhooks({ echo: 'never' })],
    ),
    group(
      'Statuses of WhatsApp',
      ['At once, delivered', statuses({ withinMs: 60, areRead: false })],
      ['Read, too', statuses({ areRead: true })],
      ['Three seconds late', statuses({ withinMs: 3_000 })],
      ['All twice', statuses({ doubled: 1 })],
    ),
    group(
      'How webhooks come',
      ['Once each', webhooks({ duplicates: 0, shuffleMs: 0 })],
      ['Three times each', webhooks({ duplicates: 2 })],
      ['Out of order', webhooks({ shuffleMs: 1_500 })],
    ),
  );
}

function group(title, ...buttons) {
  return el(
    'fieldset',
    {},
    el('legend', { textContent: title }),
    ...buttons.map(([label, onclick]) => el('button', { type: 'button', textContent: label, onclick })),
  );
}
