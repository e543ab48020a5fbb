import { subscribe } from 'node:diagnostics_channel';
import process from 'node:process';

/**
 * Loaded into the bot by `node --import`. `CHAOS_AT="2 posted"`: the process kills itself when it reaches that step for the second
 * time. Not even a buffer is flushed: that is what a power cut or the kernel's OOM killer leaves behind.
 */
const [, nth, step] = /^(\d+) (.+)$/.exec(process.env['CHAOS_AT'] ?? '') ?? [];

if (step !== undefined) {
  let left = Number(nth);
  subscribe('illumio-chatops:step', (message) => {
    if ((message as { readonly step: string }).step !== step) return;
    left -= 1;
    if (left <= 0) process.kill(process.pid, 'SIGKILL');
  });
}
