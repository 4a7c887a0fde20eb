import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import request from 'supertest';
import { signBody } from '#libs/graph-api';

/** The secret that specs of the webhook sign with, as the app's own. */
export const appSecret = 'an-app-secret-of-the-webhook-specs';

/** Writes a connected account straight into the store, for specs that need no token and no Meta. */
export async function insertAccount(
  databaseUrl: string,
  databaseName: string,
  igId: string,
  userId = 'tenant-1',
  fields: object = {},
): Promise<string> {
  const client = await mongoose.mongo.MongoClient.connect(databaseUrl);
  try {
    const now = new Date();
    const { insertedId } = await client
      .db(databaseName)
      .collection('accounts')
      .insertOne({
        user_id: userId,
        platform: 'meta_instagram',
        channel: 'instagram',
        external_id: igId,
        username: `shop_${igId}`,
        login: 'instagram',
        status: 'active',
        status_changed_at: now,
        token_version: 0,
        scopes: [],
        released: false,
        instagram_data: { ig_id: igId, username: `shop_${igId}` },
        meta: { id: igId },
        human_agent_allowed: false,
        keep_media: false,
        subscription: { state: 'unknown', fields: [], refused_fields: [] },
        refresh: { failures: 0 },
        connected_at: now,
        created_at: now,
        updated_at: now,
        ...fields,
      });
    return insertedId.toHexString();
  } finally {
    await client.close();
  }
}

/** A messaging event of a customer, unique unless said otherwise. */
export function textEvent(igId: string, text = 'hello', mid = `mid-${randomUUID()}`, sender = '6000000000000001') {
  return { sender: { id: sender }, recipient: { id: igId }, timestamp: Date.now(), message: { mid, text } };
}

export function deliveryOf(igId: string, events: unknown[]): Record<string, unknown> {
  return { object: 'instagram', entry: [{ id: igId, time: Date.now(), messaging: events }] };
}

/** Delivers as Meta does: signed, over the very bytes that are sent. */
export function deliver(
  url: string,
  body: unknown,
  { secret = appSecret, path = '/webhook/instagram' }: { secret?: string; path?: string } = {},
): request.Test {
  const raw = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return request(url)
    .post(path)
    .set('content-type', 'application/json')
    .set('x-hub-signature-256', signBody(raw, secret))
    .send(raw);
}
