import type { GraphRoute } from '../faults.js';
import { igsidOf } from '../world/ids.js';
import type { Account, Login, Person } from '../world/types.js';
import { conversationInPath, describeConversation, messageDetail } from './conversation.routes.js';
import { parseFields, pick } from './fields.js';
import { accountInPath, parameter } from './graph-call.js';
import type { GraphResult, GraphCall, GraphContext } from './graph-call.js';
import type { GraphRouteSpec } from './graph-door.js';
import { refuse, refuseUnknownObject } from './graph-error.js';
import { describeAccount } from './me.routes.js';

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

function kindOf({ world }: GraphContext, id: string): GraphRoute {
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
  if (!context.world.conversation(account, scoped.person).consented) return refuse('consent');
  const all = describePerson(context, account, scoped.person, call.login);
  return { body: pick(all, parseFields(parameter(call, 'fields')), ['name', 'username', 'profile_pic']) };
}

function describePerson(
  context: GraphContext,
  account: Account,
  person: Person,
  login: Login,
): Record<string, unknown> {
  return {
    id: igsidOf(person.username, account.igId, login),
    name: person.name,
    username: person.username,
    profile_pic: person.hasPicture ? `${context.baseUrl()}/avatars/${person.username}.svg` : null,
    is_verified_user: false,
    follower_count: person.followerCount,
    is_user_follow_business: person.followsBusiness,
    is_business_follow_user: false,
  };
}
