import { EchoMergeRepository } from './echo-merge.repository.js';
import { ChannelMessages } from './channel-messages.service.js';
import { OutboundRepository } from './outbound.repository.js';
import { Outbox } from './outbox.js';
import { SendAttempt } from './send-attempt.js';
import { SendCircuits } from './send-circuit.js';
import { SendGates } from './send-gates.js';
import { SendLimits } from './send-limits.js';
import { SendOutcomes } from './send-outcomes.js';
import { SendPace } from './send-pace.js';
import { SendReplays } from './send-replays.js';
import { SendTraces } from './send-traces.js';
import { Sender } from './sender.js';
import { SendSettling } from './settle.js';
import { SupersededReplies } from './superseded-replies.js';

export { OutboundProcessor } from './outbound.processor.js';
export { OutboundRepository } from './outbound.repository.js';
export { isProvisional, Outbox, provisionalParticipant, type NewOutbound, type NewReply } from './outbox.js';
export { humanAgentWindowMs, isOutsideWindow, windowClosesAt, windowSentence } from './send-window.js';
export { SendLimits } from './send-limits.js';
export { Sender, type SendHead } from './sender.js';
export { SendSettling } from './settle.js';
export { SupersededReplies } from './superseded-replies.js';

/** The way out; every process carries it, because the API sends what it queues at once. */
export const outboundProviders = [
  OutboundRepository,
  Outbox,
  ChannelMessages,
  EchoMergeRepository,
  SendLimits,
  SendPace,
  SendCircuits,
  SendTraces,
  SupersededReplies,
  SendGates,
  SendOutcomes,
  SendAttempt,
  Sender,
  SendSettling,
  SendReplays,
];
