import type { GraphLogin } from './access.js';
import type { GraphClientOptions } from './caller.js';

/** Where calls go. Base URLs may carry a path: a local stand-in serves all hosts on one port. */
export class GraphHosts {
  readonly version: string;
  private readonly bases: Record<GraphLogin, string>;
  private readonly dialogs: Record<GraphLogin, string>;
  private readonly instagramTokenBase: string;

  constructor({ instagramUrl, facebookUrl, version, oauth }: GraphClientOptions) {
    this.version = version ?? 'v24.0';
    this.bases = {
      instagram: base(instagramUrl ?? 'https://graph.instagram.com'),
      facebook: base(facebookUrl ?? 'https://graph.facebook.com'),
    };
    this.dialogs = {
      instagram: `${base(oauth?.instagramUrl ?? 'https://www.instagram.com')}/oauth/authorize`,
      facebook: `${base(oauth?.facebookUrl ?? 'https://www.facebook.com')}/${this.version}/dialog/oauth`,
    };
    this.instagramTokenBase = base(oauth?.instagramTokenUrl ?? 'https://api.instagram.com');
  }

  /** A node or edge of the Graph API; ids become single path segments, whatever is in them. */
  graph(login: GraphLogin, ...segments: string[]): string {
    return `${this.bases[login]}/${this.version}/${segments.map(encodeURIComponent).join('/')}`;
  }

  /** Instagram's token routes are documented without a version. */
  instagramToken(name: 'access_token' | 'refresh_access_token'): string {
    return `${this.bases.instagram}/${name}`;
  }

  /** Where Instagram turns a code into a token: a host of its own. */
  get instagramCode(): string {
    return `${this.instagramTokenBase}/oauth/access_token`;
  }

  dialog(login: GraphLogin): string {
    return this.dialogs[login];
  }
}

function base(url: string): string {
  return url.replace(/\/+$/, '');
}
