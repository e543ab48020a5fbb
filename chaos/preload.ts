import { subscribe } from 'node:diagnostics_channel';
import process from 'node:process';

/**
 * Loaded into the bot by `node --import`, before its main file. It loads the bot's modules and then waits for a line on stdin, so that
 * a killed bot is followed at once by one that need not load for a second first: kills meet work, not loading. The line may say
 * where the process is to kill itself: `2 posted` = when it reaches that step for the second time. Not even a buffer is flushed:
 * that is what a power cut or the kernel's OOM killer leaves behind.
 */
const modules = process.env['CHAOS_MODULES'];
if (modules !== undefined) await import(modules);
process.stdout.write('loaded\n');

const line = await new Promise<string>((resolve) => {
  process.stdin.once('data', (bytes) => resolve(String(bytes)));
  // The harness has gone.
  process.stdin.once('end', () => process.exit(0));
});
process.stdin.destroy();

const [, nth, step] = /^(\d+) (.+)$/.exec(line.trim()) ?? [];
if (step !== undefined) {
  let left = Number(nth);
  subscribe('illumio-chatops:step', (message) => {
    if ((message as { readonly step: string }).step !== step) return;
    left -= 1;
    if (left <= 0) process.kill(process.pid, 'SIGKILL');
  });
}
