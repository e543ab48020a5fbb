export { type Door, openIntake } from './server.ts';
export { signedByPagerDuty, signedByUs } from './signatures.ts';
export { listenSyslog } from './syslog.ts';
