import type { GraphRoute } from '../faults.js';
import { personIdOf } from '../world/ids.js';
import type { Conversation, Login } from '../world/types.js';
import { conversationInPath, describeConversation, messageDetail } from './conversation.routes.js';
import { parseFields, pick } from './fields.js';
import { accountInPath, parameter } from './graph-call.js';
import type { GraphResult, GraphCall, GraphContext } from './graph-call.js';
import type { GraphRouteSpec } from './graph-door.js';
import { GRAPH_ERRORS, GraphError, refuse, refuseUnknownObject } from './graph-error.js';
import { describeAccount } from './me.routes.js';
import { mediaNode, numberNode } from '../whatsapp/whatsapp.routes.js';

/** `GET /{id}`: what comes back depends on whose id it is. */
export function nodeRoutes(context: GraphContext): GraphRouteSpec[] {
  return [
    {
      method: 'GET',
      path: '/:id',
      route: ({ params }) => kindOf(context, params.id as string),
      handler: (call) => {
        const id = call.params.id as string;
        switch (kindOf(context, id)) {
          case 'me':
            return { body: describeAccount(context, accountInPath(call), call) };
          case 'number':
            return numberNode(context, call);
          case 'media':
            return mediaNode(context, call);
          case 'message':
            return messageDetail(context, call);
          case 'messages': {
            const fields = parseFields(parameter(call, 'fields'));
            return { body: describeConversation(context, call, conversationInPath(context, call), fields) };
          }
          default:
            return profile(context, call);
        }
      },
    },
  ];
}

function kindOf({ world, whatsapp }: GraphContext, id: string): GraphRoute {
  if (whatsapp.world.findNumber(id)) return 'number';
  if (whatsapp.world.media.has(id)) return 'media';
  if (world.findAccount(id)) return 'me';
  if (world.findMessage(id)) return 'message';
  if (world.findConversation(id)) return 'messages';
  return 'profile';
}

/** A person's profile. Meta refuses it until they have written to the business. */
function profile(context: GraphContext, call: GraphCall): GraphResult {
  const id = call.params.id as string;
  const { account } = call.token;
  const scoped = context.world.findScoped(id);
  if (!account || !scoped || scoped.account !== account || scoped.login !== call.login) {
    return refuseUnknownObject(id, call.record.method);
  }
  const conversation = context.world.conversation(account, scoped.person, scoped.channel);
  if (scoped.channel === 'messenger') return { body: pageProfile(context, conversation, call) };
  if (!conversation.consented) return refuse('consent');
  const all = describePerson(context, conversation, call.login);
  return { body: pick(all, parseFields(parameter(call, 'fields')), ['name', 'username', 'profile_pic']) };
}

/** Messenger tells as much of a person as the app was reviewed for, and of phone accounts nothing. */
function pageProfile(context: GraphContext, conversation: Conversation, call: GraphCall): Record<string, unknown> {
  const { name, username, hasPicture } = conversation.person;
  const id = personIdOf(conversation, call.login);
  const { pageProfiles: shape } = context.shapes;
  if (shape === 'refused') throw new GraphError(GRAPH_ERRORS.no_profile);
  if (shape === 'empty' || name === null) return { id };
  if (shape === 'name') return { id, name };
  const [first_name, ...others] = name.split(' ');
  const picture = hasPicture ? { profile_pic: `${context.baseUrl()}/avatars/${username}.svg` } : {};
  const all = { id, name, first_name, last_name: others.join(' '), ...picture };
  return pick(all, parseFields(parameter(call, 'fields')), ['first_name', 'last_name', 'profile_pic']);
}

function describePerson(context: GraphContext, conversation: Conversation, login: Login): Record<string, unknown> {
  const { person } = conversation;
  return {
    id: personIdOf(conversation, login),
    name: person.name,
    username: person.username,
    profile_pic: person.hasPicture ? `${context.baseUrl()}/avatars/${person.username}.svg` : null,
    is_verified_user: false,
    follower_count: person.followerCount,
    is_user_follow_business: person.followsBusiness,
    is_business_follow_user: false,
  };
}
