import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse } from '@nestjs/swagger';
import { ApiErrors } from '../../errors/index.js';

const example = `retry: 3000

event: ready
id: 82692E5A4F0000000129295A1004
data: {}

event: message
id: 82692E5A500000000129295A1004
data: {"change":"new","platform_account_id":"6740aaaa6740aaaa6740aaaa","message":{"id":"6740c0de6740c0de6740c0de","direction":"inbound","content":"Are you open on Sunday?"}}

`;

const description = `Server-sent events about everything the caller may see, whichever process it happened on.

| event | data |
| --- | --- |
| \`ready\` | \`{}\`: what was missed has been told, from here on it is live |
| \`message\` | \`{change: "new" or "changed", platform_account_id, message}\`, the message as in \`GET /inbox/conversations/{id}/messages\` |
| \`message_deleted\` | \`{id, external_id, conversation_id, platform_account_id}\`; of a message deleted for good only \`external_id\` is known |
| \`conversation\` | \`{change, conversation}\`, the conversation as in \`GET /inbox/conversations\` |
| \`action\` | \`{change, action}\`, what the agent wants done, as in \`GET /agent/actions\` |
| \`note\` | \`{change: "new", "changed" or "deleted", note}\`, the note as in \`GET /inbox/conversations/{id}/notes\` |
| \`suggestion\` | \`{change: "new" or "gone", suggestion}\`, as in \`GET /inbox/conversations/{id}/suggestion\`; a new one takes the place of that before it |
| \`presence\` | \`{conversation_id, person, name, state: "looking", "typing" or "gone", until}\`: it has no \`id\`, and is not told again |
| \`reset\` | \`{reason: "too_old" or "interrupted"}\`: something was missed and can't be told any more; load the lists again |

Each event has an \`id\`. A client that reconnects with it as \`Last-Event-ID\` (or \`?last_event_id=\`) is first told what
it missed. An event may come twice; it always shows the latest state. A comment comes every 15 seconds. A stream ends
after an hour, with its token, or when its client reads too slowly: reconnect. Blocked people's messages are left out.

A browser's \`EventSource\` can't send headers: get a ticket (\`POST /inbox/stream/ticket\`) and open
\`/inbox/stream?ticket=…\`. It is good for one stream; when the stream ends, get another.`;

/** OpenAPI of `GET /inbox/stream`. */
export const DocumentsStream = () =>
  applyDecorators(
    ApiOperation({ summary: 'Follow new and changed messages and conversations', description }),
    ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last event the client saw' }),
    ApiProduces('text/event-stream'),
    ApiResponse({
      status: 200,
      description: 'The stream; it stays open.',
      content: { 'text/event-stream': { schema: { type: 'string' }, example } },
    }),
    ApiErrors(400, 401, 404, 429, 503),
  );
