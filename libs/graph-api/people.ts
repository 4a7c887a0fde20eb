import type { GraphAccess, GraphCallOptions, GraphToken } from './access.js';
import type { GraphCaller } from './caller.js';
import type { GraphHosts } from './hosts.js';
import type { GraphRoute } from './errors.js';
import { objectIn, textOf, unreadable, withoutHoles } from './fields.js';
import { toId } from './json.js';
import { collect } from './paging.js';
import { isObject, type JsonObject } from './read-answer.js';

/** A person as Meta shows them to one account. Everything but the id may be missing. */
export interface UserProfile {
  id: string;
  name?: string;
  username?: string;
  /** Expires after some days. */
  profilePic?: string;
  isVerified?: boolean;
  followerCount?: number;
  followsBusiness?: boolean;
  followedByBusiness?: boolean;
}

/** Who a token speaks for. */
export interface MeResult {
  /** App-scoped id of the Instagram account; for login `facebook` the id of the person or Page. */
  id: string;
  /** Login `instagram` only: the professional account's id, which webhooks carry. */
  userId?: string;
  username?: string;
  name?: string;
  /** `BUSINESS`, `MEDIA_CREATOR`, … */
  accountType?: string;
  profilePictureUrl?: string;
}

/** A Facebook Page, with the Instagram account that belongs to it, if one does. */
export interface PageResult {
  id: string;
  name?: string;
  /** The Page's own token, which sends and reads for the account. From a list only. */
  accessToken?: string;
  /** What the person may do there, such as `MESSAGING`. */
  tasks: string[];
  instagram?: { id: string; username?: string; name?: string; profilePictureUrl?: string };
}

const profileFields = 'name,username,profile_pic';
const followerFields = 'is_verified_user,follower_count,is_user_follow_business,is_business_follow_user';
const meFields = 'id,user_id,username,name,account_type,profile_picture_url';
const linkedFields = 'instagram_business_account{id,username,name,profile_picture_url}';

/** Profiles, and who tokens belong to. */
export class PeopleArea {
  constructor(
    private readonly caller: GraphCaller,
    private readonly hosts: GraphHosts,
  ) {}

  async profile(access: GraphAccess, igsid: string, options?: GraphCallOptions): Promise<UserProfile> {
    const fields = access.login === 'instagram' ? `${profileFields},${followerFields}` : profileFields;
    const { answer, route } = await this.get(access, 'profile', [igsid], { fields }, options);
    const found = objectIn(answer, route);
    return withoutHoles<UserProfile>({
      id: toId(found.id) ?? igsid,
      name: textOf(found.name),
      username: textOf(found.username),
      profilePic: textOf(found.profile_pic),
      isVerified: flagOf(found.is_verified_user),
      followerCount: typeof found.follower_count === 'number' ? found.follower_count : undefined,
      followsBusiness: flagOf(found.is_user_follow_business),
      followedByBusiness: flagOf(found.is_business_follow_user),
    });
  }

  async me(token: GraphToken, options?: GraphCallOptions): Promise<MeResult> {
    const fields = token.login === 'instagram' ? meFields : 'id,name';
    const { answer, route } = await this.get(token, 'me', ['me'], { fields }, options);
    const found = objectIn(answer, route);
    return withoutHoles<MeResult>({
      id: idIn(found, route),
      userId: toId(found.user_id),
      username: textOf(found.username),
      name: textOf(found.name),
      accountType: textOf(found.account_type),
      profilePictureUrl: textOf(found.profile_picture_url),
    });
  }

  /** The Pages that a person's token reaches, all of them. */
  async pages(token: GraphToken, options?: GraphCallOptions): Promise<PageResult[]> {
    const fields = `id,name,access_token,tasks,${linkedFields}`;
    return collect(async (after) => {
      const { answer, route } = await this.get(
        token,
        'pages',
        ['me', 'accounts'],
        { fields, limit: '100', after },
        options,
      );
      return { body: objectIn(answer, route, { unwrapList: false }), read: (item) => pageOf(item, route) };
    });
  }

  /** The Page that a Page's token belongs to. */
  async ownPage(token: GraphToken, options?: GraphCallOptions): Promise<PageResult> {
    const { answer, route } = await this.get(token, 'me', ['me'], { fields: `id,name,${linkedFields}` }, options);
    return pageOf(objectIn(answer, route), route);
  }

  private async get(
    { login, accessToken, ...access }: GraphToken | GraphAccess,
    name: string,
    path: string[],
    query: Record<string, string | undefined>,
    options?: GraphCallOptions,
  ) {
    const route: GraphRoute = { host: login, route: name, method: 'GET' };
    const igId = 'igId' in access ? access.igId : undefined;
    const url = this.hosts.graph(login, ...path);
    return { route, answer: await this.caller.call({ ...route, url, query, accessToken, igId }, options) };
  }
}

function pageOf(found: JsonObject, route: GraphRoute): PageResult {
  const linked = isObject(found.instagram_business_account) ? found.instagram_business_account : undefined;
  const linkedId = linked && toId(linked.id);
  return withoutHoles<PageResult>({
    id: idIn(found, route),
    name: textOf(found.name),
    accessToken: textOf(found.access_token),
    tasks: Array.isArray(found.tasks) ? found.tasks.filter((task) => typeof task === 'string') : [],
    instagram:
      linkedId === undefined
        ? undefined
        : withoutHoles({
            id: linkedId,
            username: textOf(linked?.username),
            name: textOf(linked?.name),
            profilePictureUrl: textOf(linked?.profile_picture_url),
          }),
  });
}

function idIn(found: JsonObject, route: GraphRoute): string {
  const id = toId(found.id);
  if (id === undefined) throw unreadable(route);
  return id;
}

function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
