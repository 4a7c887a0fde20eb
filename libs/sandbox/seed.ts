import type { NewBusiness } from './whatsapp/whatsapp-world.js';
import type { NewAccount, NewPerson } from './world/world.js';

/** What there is at the start. */
export interface Seed {
  accounts: NewAccount[];
  customers: NewPerson[];
  /** WhatsApp business accounts. */
  businesses?: NewBusiness[];
}

/** A small shop for candles and ceramics, its second account, and the people who write to it. */
export const JUNIPER_AND_PINE: Seed = {
  accounts: [
    {
      username: 'juniperandpine',
      name: 'Juniper & Pine',
      igId: '17841400008460056',
      appScopedId: '28015783988105112',
      pageName: 'Juniper & Pine',
      ownerId: '122104587690031',
    },
    {
      username: 'juniperandpine.studio',
      name: 'Juniper & Pine Studio',
      igId: '17841467109118741',
      appScopedId: '27994410356871023',
      pageName: 'Juniper & Pine Studio',
      ownerId: '122104587690031',
    },
  ],
  businesses: [
    {
      wabaId: '104500000000001',
      name: 'Juniper & Pine',
      numbers: [
        { phoneNumberId: '105600000000002', phone: '15550001234' },
        { phoneNumberId: '105600000000009', phone: '15550005678', isOnBizApp: true },
      ],
    },
  ],
  customers: [
    { username: 'mara.lindqvist', name: 'Mara Lindqvist', followsBusiness: true, followerCount: 412 },
    { username: 'theo_bakes', name: 'Theo Okafor', followsBusiness: true, followerCount: 2_930 },
    { username: 'hana.k', name: 'Hana Kobayashi 🌿', followerCount: 186 },
    { username: 'jp.moreau', name: 'Jean-Paul Moreau', followerCount: 64 },
    { username: 'user48213377', name: null, hasPicture: false, followerCount: 0 },
  ],
};
