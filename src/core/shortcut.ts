/** The message shortcut that looks for hosts in any message: its callback id, which Slack gives back (facts/slack §6). */
export const HOSTS_SHORTCUT = 'hosts_here';
