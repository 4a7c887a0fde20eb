import type { Sandbox } from '#libs/sandbox';
import type { LocalStack } from '../stack/local-stack.js';
import { countedFinding, type Finding } from './check.js';
import { bold, dim, say } from './terminal.js';
import { until } from './until.js';

const withinMs = 20_000;

interface DmListed {
  direction: string;
  text?: string;
  status?: string;
  delivered_at?: string;
  read_at?: string;
}

interface ChannelScene {
  channel: 'messenger' | 'whatsapp';
  title: string;
  /** What `POST /accounts` takes. */
  connect(sandbox: Sandbox): object;
  ask(sandbox: Sandbox): void;
  read(sandbox: Sandbox): void;
}

const scenes: ChannelScene[] = [
  {
    channel: 'messenger',
    title: 'The same shop on Messenger: a question, its answer, delivered and read',
    connect: ({ account }) => ({ platform: 'meta_messenger', login: 'facebook', access_token: account.tokens.page }),
    ask: ({ customer }) => void customer.onMessenger.sendText('Hi! Do you ship to Norway?'),
    read: ({ customer }) => void customer.onMessenger.markRead(),
  },
  {
    channel: 'whatsapp',
    title: 'And on WhatsApp, where statuses come late, out of order and twice',
    connect: ({ number }) => ({
      ...{ platform: 'meta_whatsapp', access_token: number.accessToken, pin: '123456' },
      ...{ waba_id: number.wabaId, phone_number_id: number.phoneNumberId },
    }),
    ask: (sandbox) => void sandbox.onWhatsApp().sendText('Hi! What are your opening hours?'),
    read: (sandbox) => sandbox.onWhatsApp().markRead(),
  },
];

/** One question and its answer on each channel beside Instagram, up to the ticks under it. */
export async function playChannels(stack: LocalStack, agent: object): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const scene of scenes) {
    say(`\n${bold(scene.title)}`);
    findings.push(...(await play(stack, scene, agent)));
  }
  return findings;
}

async function play(stack: LocalStack, scene: ChannelScene, agent: object): Promise<Finding[]> {
  const { sandbox } = stack;
  const { channel } = scene;
  const body = { ...scene.connect(sandbox), agent };
  const { data: account } = await stack.api<{ data: { _id: string } }>('POST', '/accounts', body);
  const sent = () => sandbox.sends.filter((send) => send.channel === channel).length;
  scene.ask(sandbox);
  await until(() => sent() > 0, withinMs);
  await sandbox.idle();
  scene.read(sandbox);
  const path = `/messages/list?platform_account_id=${account._id}`;
  const answers = async () => {
    const { data } = await stack.api<{ data: DmListed[] }>('GET', path);
    return data.filter(({ direction }) => direction === 'outbound');
  };
  await until(async () => (await answers()).every((dm) => dm.delivered_at && dm.read_at), withinMs);
  const shown = await answers();
  const ticks = shown.filter(({ status, delivered_at, read_at }) => status === 'sent' && delivered_at && read_at);
  say(dim(`                    ✓ sent ✓✓ delivered ✓✓ read: ${ticks.length} of ${shown.length}`));
  return [
    countedFinding(`answers on ${channel}`, sent(), 1),
    countedFinding(`answers on ${channel} shown as delivered and read`, ticks.length, 1),
  ];
}
