import { Schema, type Types } from 'mongoose';

/** The model's name. */
export const TEMPLATE = 'MessageTemplate';

/** A template of an account, as its channel lists it. */
export interface TemplateRecord {
  _id: Types.ObjectId;
  user_id: string;
  platform_account_id: string;
  /** What templates belong to at the channel, and all accounts of it share: the business account. */
  business_id: string;
  /** The channel's id of it. */
  template_id: string;
  name: string;
  language: string;
  /** In the channel's word. */
  status: string;
  category?: string;
  reason?: string;
  quality?: string;
  components: Record<string, unknown>[];
  /** By the channel's clock: of the latest notice. */
  told_at?: Date;
  /** When the channel listed it so; long ago where it is known to have changed. */
  synced_at: Date;
  created_at: Date;
  updated_at: Date;
}

const { Mixed } = Schema.Types;

export const TemplateSchema = new Schema<TemplateRecord>(
  {
    user_id: { type: String, required: true },
    platform_account_id: { type: String, required: true },
    business_id: { type: String, required: true },
    template_id: { type: String, required: true },
    name: { type: String, required: true },
    language: { type: String, required: true },
    status: { type: String, required: true },
    category: String,
    reason: String,
    quality: String,
    components: { type: [Mixed], required: true } as never,
    told_at: Date,
    synced_at: { type: Date, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'message_templates' },
);

// GET /messages/templates in order; a send finds its template; a name is once in a language.
TemplateSchema.index({ platform_account_id: 1, name: 1, language: 1 }, { unique: true });
// Notices name the business account, whose templates every account of it has.
TemplateSchema.index({ business_id: 1, name: 1 });
