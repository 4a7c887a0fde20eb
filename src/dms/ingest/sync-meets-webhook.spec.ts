import type { WebhookEvent } from '#libs/graph-api';
import { decode, echo, fetched, inbound, Memory } from '../../../test/support/ingest-memory.js';
import type { DmRecord } from '../dm.schema.js';

describe('a message that was fetched before its webhook came', () => {
  it('lets the agent see a message that was fetched before its webhook came, once', () => {
    const memory = new Memory();
    const [message] = decode([inbound({ message: { mid: 'late', text: 'are you open?' } })]) as [WebhookEvent];
    memory.store(fetched([message], ['late']));
    expect(memory.find('late')).toMatchObject({ source: 'sync', text: 'are you open?' });
    expect(memory.find('late')).not.toHaveProperty('agent_state');
    const reaction = inbound({ reaction: { mid: 'late', action: 'react', emoji: '❤' } });
    memory.store(decode([reaction]));
    memory.store([message]);
    expect(memory.find('late')).toMatchObject({ agent_state: 'pending', reactions: [{ emoji: '❤' }] });

    const [late] = [...memory.dms] as [[string, DmRecord]];
    memory.dms.set(late[0], { ...late[1], agent_state: 'answered' });
    memory.store([message]);
    expect(memory.find('late')).toMatchObject({ agent_state: 'answered' });
  });

  it('leaves a fetched message alone that somebody has answered meanwhile', () => {
    const memory = new Memory();
    const events = decode([
      inbound({ message: { mid: 'late', text: 'are you open?' } }),
      echo({ mid: 'reply', text: 'Yes, until six.' }),
    ]);
    memory.store(fetched(events, ['late', 'reply']));
    memory.store(events.slice(0, 1));
    expect(memory.find('late')).toMatchObject({ agent_state: 'skipped', agent_reason: 'already_answered' });
  });

  it('silences the agent by a person’s echo that was fetched before its webhook came', () => {
    const memory = new Memory();
    const events = decode([echo({ mid: 'person', text: 'I’ll take over' })]);
    memory.store(fetched(events, ['person']));
    const [conversation] = [...memory.conversations.keys()] as [string];
    expect(memory.conversations.get(conversation)).not.toHaveProperty('agent_paused_until');
    memory.store(events);
    expect(memory.conversations.get(conversation)).toMatchObject({ agent_paused_by_mid: 'person' });
  });
});
