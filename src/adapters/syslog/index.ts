export { type LineTaker, listenSyslog, type SyslogListener } from './listener.ts';
