import type { AccountView, BackfillView } from './account-view.dto.js';
import type { AccountRecord } from './account.schema.js';

/** Names every field that goes out, so that a new field of the record, a token above all, doesn't leak by itself. */
export function viewOf(record: AccountRecord, agentEnabled: boolean): AccountView {
  const { refresh, instagram_data: instagram, meta } = record;
  return {
    _id: record._id.toHexString(),
    user_id: record.user_id,
    platform: record.platform,
    login: record.login,
    status: record.status,
    status_reason: record.status_reason,
    status_changed_at: record.status_changed_at,
    connected: !record.released,
    label: record.label,
    external_id: record.external_id,
    username: record.username,
    ...(instagram
      ? {
          instagram_data: {
            ig_id: instagram.ig_id,
            id: instagram.id,
            username: instagram.username,
            name: instagram.name,
            account_type: instagram.account_type,
            profile_picture_url: instagram.profile_picture_url,
          },
        }
      : {}),
    meta: { id: meta.id, name: meta.name, username: meta.username },
    token_expires_at: record.token_expires_at,
    expires_in: record.expires_in,
    token: {
      obtained_at: record.token_obtained_at,
      expires_at: record.token_expires_at,
      refresh_due_at: refresh.due_at,
      refreshed_at: refresh.refreshed_at,
      refresh_failures: refresh.failures,
      failing_since: refresh.failing_since,
      refresh_error: refresh.last_error,
    },
    scopes: record.scopes,
    subscription: { ...record.subscription },
    last_event_at: record.last_event_at,
    last_send_at: record.last_send_at,
    last_error: record.last_error,
    usage: record.usage,
    sends_paused_until: record.sends_paused_until,
    sends_paused_reason: record.sends_paused_reason,
    agent_enabled: agentEnabled,
    human_agent_allowed: record.human_agent_allowed,
    keep_media: record.keep_media,
    backfill: backfillOf(record.backfill),
    connected_at: record.connected_at,
    disconnected_at: record.disconnected_at,
    created_at: record.created_at,
    updated_at: record.updated_at,
  };
}

function backfillOf(backfill: AccountRecord['backfill']): BackfillView | undefined {
  if (!backfill) return undefined;
  const { cursor, saved_at, failures, failing, skipped, ...shown } = backfill;
  return shown;
}
