import { EchoMergeRepository } from './echo-merge.repository.js';
import { ChannelMessagesService } from './channel-messages.service.js';
import { OutboundRepository } from './outbound.repository.js';
import { OutboxService } from './outbox.service.js';
import { SendAttemptService } from './send-attempt.service.js';
import { SendCircuitsService } from './send-circuits.service.js';
import { SendGatesService } from './send-gates.service.js';
import { SendLimitsService } from './send-limits.service.js';
import { SendOutcomesService } from './send-outcomes.service.js';
import { SendPaceService } from './send-pace.service.js';
import { SendReplaysService } from './send-replays.service.js';
import { SendSpansService } from './send-spans.service.js';
import { SendTracesService } from './send-traces.service.js';
import { SendWakesService } from './send-wakes.service.js';
import { SenderService } from './sender.service.js';
import { SendSettlingService } from './send-settling.service.js';
import { SupersededRepliesService } from './superseded-replies.service.js';

export { OutboundProcessor } from './outbound.processor.js';
export { OutboundRepository } from './outbound.repository.js';
export {
  isProvisional,
  OutboxService,
  provisionalParticipant,
  type NewOutbound,
  type NewReply,
} from './outbox.service.js';
export {
  humanAgentWindowClosesAt,
  isOutsideWindow,
  windowClosesAt,
  windowSentence,
  type WindowHours,
} from './send-window.js';
export { SendLimitsService } from './send-limits.service.js';
export { SendWakesService } from './send-wakes.service.js';
export { SenderService, type SendHead } from './sender.service.js';
export { SendSettlingService } from './send-settling.service.js';
export { SupersededRepliesService } from './superseded-replies.service.js';

/** The way out; every process carries it, because the API sends what it queues at once. */
export const outboundProviders = [
  OutboundRepository,
  OutboxService,
  ChannelMessagesService,
  EchoMergeRepository,
  SendLimitsService,
  SendPaceService,
  SendCircuitsService,
  SendTracesService,
  SupersededRepliesService,
  SendGatesService,
  SendOutcomesService,
  SendWakesService,
  SendSpansService,
  SendAttemptService,
  SenderService,
  SendSettlingService,
  SendReplaysService,
];
