export { forbiddenAddress } from './guarded-lookup.ts';
export { createSmtp, type SmtpOptions } from './smtp.ts';
export { createSyslog, type SyslogOptions } from './syslog.ts';
export { createWebhook, signature, type WebhookOptions } from './webhook.ts';
