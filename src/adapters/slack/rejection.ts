/**
 * Whether an unhandled rejection comes out of @slack/socket-mode and may be survived: 3.1 throws inside its message handler at an
 * `app_rate_limited` envelope, and while acknowledging over a socket that is closing (facts/slack §2). The supervisor sees the
 * connection's own events, so nothing else needs doing than logging. For main's `unhandledRejection`.
 */
export const isSocketModeRejection = (reason: unknown): boolean => {
  if (!(reason instanceof Error)) return false;
  const { code } = reason as { readonly code?: unknown };
  if (typeof code === 'string' && code.startsWith('slack_socket_mode_')) return true;
  return /[\\/]@slack[\\/]socket-mode[\\/]/.test(reason.stack ?? '');
};
