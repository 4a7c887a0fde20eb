import { Injectable } from '@nestjs/common';
import { GraphClient, isObject, listIn, readFlag, readText, toId } from '#libs/graph-api';
import { InvalidRequestError } from '../../errors/index.js';
import type { MetaIdentity } from './meta-identity.js';

/** The number that is to be connected. */
export interface WantedNumber {
  wabaId?: string;
  phoneNumberId?: string;
  /** Registers the number with the Cloud API; left out where it is registered already. */
  pin?: string;
}

/** What connecting a WhatsApp number asks of Meta. Rejects with the Graph client's errors. */
@Injectable()
export class WhatsAppGatewayService {
  constructor(private readonly graph: GraphClient) {}

  /**
   * Checks that the token reaches the business account and that the number belongs to it, and registers it with a PIN,
   * unless it is also used in the phone's app, where registering would end that.
   * @throws {InvalidRequestError} when the number is none of the business account's
   */
  async identityOf(accessToken: string, { wabaId = '', phoneNumberId = '', pin }: WantedNumber): Promise<MetaIdentity> {
    const token = { login: 'facebook', accessToken } as const;
    const fields = 'id,display_phone_number,verified_name';
    const path = [wabaId, 'phone_numbers'];
    const listed = await this.graph.request(token, 'whatsapp_numbers', {
      method: 'GET',
      path,
      query: { fields, limit: '100' },
    });
    const numbers = isObject(listed) ? listIn(listed.data).filter(isObject) : [];
    if (!numbers.some(({ id }) => toId(id) === phoneNumberId))
      throw new InvalidRequestError('phone_number_id: this business account has no such number', [
        { field: 'phone_number_id', expected: 'the id of one of the business account’s numbers' },
      ]);
    const asked = {
      method: 'GET',
      path: [phoneNumberId],
      query: { fields: `${fields},is_on_biz_app,status` },
    } as const;
    const answer = await this.graph.request(token, 'whatsapp_number', asked);
    const number = isObject(answer) ? answer : {};
    const isOnPhone = readFlag(number.is_on_biz_app);
    if (pin !== undefined && !isOnPhone) {
      const json = { messaging_product: 'whatsapp', pin };
      await this.graph.request(token, 'whatsapp_register', { method: 'POST', path: [phoneNumberId, 'register'], json });
    }
    const shown = readText(number.display_phone_number) ?? phoneNumberId;
    const name = readText(number.verified_name);
    return {
      platform: 'meta_whatsapp',
      login: 'facebook',
      accessToken,
      externalId: phoneNumberId,
      username: shown,
      channelData: {
        waba_id: wabaId,
        phone_number_id: phoneNumberId,
        display_phone_number: shown,
        is_on_biz_app: isOnPhone,
      },
      meta: { id: wabaId, name: name ?? shown },
      scopes: [],
    };
  }
}
