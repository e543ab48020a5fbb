import { dict, text } from '../../core/foreign.ts';
import { ChatError, type ChatErrorCode } from '../../core/ports.ts';

/**
 * Slack's error words by what they mean for us. All of them stand in an answer that was read (`ok: false`), so nothing was done,
 * but for `possibly done`: of these Slack's method pages say "it's possible some aspect of the operation succeeded before the
 * error was raised". Sources: facts/slack §3, §5, §7 and the error lists of the method pages.
 */
const WORDS: Readonly<Record<Exclude<ChatErrorCode, 'unclear'> | 'possibly done', string>> = {
  'possibly done': 'internal_error fatal_error',
  unavailable:
    'service_unavailable team_added_to_org request_timeout update_failed external_channel_migrating',
  'rate-limited': 'ratelimited rate_limited message_limit_exceeded',
  'no-channel':
    'channel_not_found not_in_channel is_archived is_inactive invalid_channel restricted_action restricted_action_read_only_channel ' +
    'restricted_action_thread_only_channel restricted_action_non_threadable_channel user_not_in_channel cannot_dm_bot ' +
    'messages_tab_disabled method_not_supported_for_channel_type channel_type_not_supported posting_to_channel_denied ' +
    'posting_to_general_channel_denied restricted_action_thread_locked',
  // Also the thread, the modal or the three seconds in which a modal may be opened: what should carry the content is gone.
  'no-message':
    'message_not_found cant_update_message cant_delete_message edit_window_closed thread_not_found cannot_reply_to_message not_found ' +
    'hash_conflict expired_trigger_id exchanged_trigger_id invalid_trigger_id trigger_expired trigger_exchanged ' +
    'expired_url used_url',
  'refused-content':
    'msg_too_long no_text invalid_blocks invalid_blocks_format blocks_too_long too_many_attachments invalid_attachments ' +
    'attachment_payload_limit_exceeded metadata_too_large metadata_must_be_sent_from_app markdown_text_conflict invalid_arguments ' +
    'missing_argument invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type ' +
    'view_too_large duplicate_external_id push_limit_reached block_mismatch unknown_method method_deprecated ' +
    'invalid_thread_ts invalid_payload alt_txt_too_large unknown_subtype file_not_found malware_detected',
  refused:
    'not_authed invalid_auth account_inactive token_revoked token_expired no_permission missing_scope not_allowed_token_type ' +
    'org_login_required ekm_access_denied access_denied team_access_not_granted two_factor_setup_required team_disabled ' +
    'user_removed_from_team plan_upgrade_required no_such_subteam user_not_found users_not_found user_not_visible ' +
    'file_uploads_disabled file_upload_size_restricted storage_limit_reached slack_connect_file_upload_sharing_blocked',
};

const CODES: ReadonlyMap<string, ChatErrorCode | 'possibly done'> = new Map(
  Object.entries(WORDS).flatMap(([code, words]) =>
    words.split(' ').map((word) => [word, code as keyof typeof WORDS] as const),
  ),
);

/** Shapes of words Slack may add for content it doesn't take; any other unknown word is a refusal that a person must look at. */
const ABOUT_CONTENT = /^invalid_|^too_many_|_too_(long|large)$|block|attachment|metadata/;

/** How long to wait when Slack doesn't say, says nonsense, or asks for more than a queue can bear (faults 8). */
const RETRY_MS = { least: 1_000, most: 60_000, unsaid: 5_000 } as const;

/** Retry-After (seconds, as sent) in milliseconds, 1 s … 60 s: 0 → 1 s, 86400 → 60 s, absent or "abc" → 5 s. */
export const retryAfterMs = (seconds: unknown): number => {
  const ms =
    typeof seconds === 'string' && !/^\d+(\.\d+)?$/.test(seconds.trim())
      ? Number.NaN
      : Number(seconds) * 1_000;
  if (seconds === null || seconds === undefined || !Number.isFinite(ms)) return RETRY_MS.unsaid;
  return Math.min(Math.max(ms, RETRY_MS.least), RETRY_MS.most);
};

/** The answer is not one of Slack's: HTML, half, empty, too big. What the call did is unknown. */
export class UnreadAnswer extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'UnreadAnswer';
  }
}

/**
 * What a failed call means, of whatever is thrown but errors of Slack's own client (sdk-errors.ts). `repeatable`: calling again does no harm (edits, reads), so an unread answer is only 'unavailable';
 * for a post it is 'unclear'.
 *
 * | what came back | post, ephemeral, respond, open | edit, delete, update, reads |
 * |---|---|---|
 * | ok:false with a word of the table above | its code | its code |
 * | ok:false internal_error, fatal_error | unclear | unavailable |
 * | HTTP 429, any Retry-After | rate-limited | rate-limited |
 * | HTTP 5xx, reset, time-out, HTML, half, empty, > 4 MB | unclear | unavailable |
 * | HTTP 4xx without a word of Slack's (a proxy's refusal) | unavailable; 413 refused-content | same |
 * | nothing went out: DNS, connect, TLS | unavailable | unavailable |
 */
export const chatError = (cause: unknown, repeatable: boolean): ChatError => {
  if (cause instanceof ChatError) return cause;
  const unread: ChatErrorCode = repeatable ? 'unavailable' : 'unclear';
  return new ChatError(neverSent(cause) ? 'unavailable' : unread, reason(cause), { cause });
};

/** What `ok: false` means; `data` is the body. */
export const refusal = (data: unknown, repeatable: boolean, cause?: unknown): ChatError => {
  const word = text(dict(data)['error']) ?? 'unknown_error';
  const known = CODES.get(word) ?? (ABOUT_CONTENT.test(word) ? 'refused-content' : 'refused');
  const code = known === 'possibly done' ? (repeatable ? 'unavailable' : 'unclear') : known;
  if (code !== 'rate-limited') return new ChatError(code, word, { cause });
  const said = dict(dict(data)['response_metadata'])['retryAfter'];
  return new ChatError(code, word, { retryAfterMs: retryAfterMs(said), cause });
};

/** What an HTTP status other than 200 and 429 means. */
export const httpError = (status: number, repeatable: boolean, cause?: unknown): ChatError => {
  const word = `http_${status}`;
  if (status === 413) return new ChatError('refused-content', word, { cause });
  if (status >= 400 && status < 500) return new ChatError('unavailable', word, { cause });
  return new ChatError(repeatable ? 'unavailable' : 'unclear', word, { cause });
};

/** Errors of name resolution, connecting and the TLS handshake: not a byte of the request went out. */
const BEFORE_SENDING =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EPROTO|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|HOSTNAME_MISMATCH)$/;

/** fetch hides the reason in `cause`; several addresses tried give an AggregateError that carries the first one's code. */
const causeOf = (cause: unknown): { code?: string; syscall?: string; message: string; name: string } => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner : { message: String(inner), name: 'Error' };
};

const neverSent = (cause: unknown): boolean => {
  const { code = '', syscall, message } = causeOf(cause);
  if (BEFORE_SENDING.test(code) || syscall === 'connect' || syscall === 'getaddrinfo') return true;
  // undici's ProxyAgent, when the proxy refuses the tunnel.
  return message.startsWith('Proxy response (');
};

/** A word for the log and for people: never a URL, which may carry a ticket. */
const reason = (cause: unknown): string => {
  const { code, name, message } = causeOf(cause);
  if (name === 'TimeoutError') return 'timeout';
  return code ?? (message.replace(/https?:\/\/\S+/g, '…').slice(0, 120) || 'network error');
};
