import type { CommentRecord } from '../../dms/index.js';
import { commentView } from './comments.dto.js';

type Stored = Parameters<typeof commentView>[0];

const stored = (fields: Partial<CommentRecord>): Stored => ({
  ...{ _id: '6740f0f06740f0f06740f0f0', platform_account_id: 'a', user_id: 'u', kind: 'mention', comment_id: '1' },
  ...{ timestamp: 1_700_000_000_000, created_at: new Date() },
  ...(fields as object),
});

describe('a comment or mention as the API shows it', () => {
  it('has no comment to answer where a caption mentions the account, though the store files it under the media', () => {
    expect(commentView(stored({ comment_id: '17990', media_id: '17990' }))).toMatchObject({
      comment_id: null,
      media_id: '17990',
    });
  });

  it('names the comment that mentions it', () => {
    expect(commentView(stored({ comment_id: '17865', media_id: '17990' })).comment_id).toBe('17865');
  });
});
