import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GOOD } from '../../test/adapters/pce/support/certificates.ts';
import { openMail } from './mail.ts';
import type { Receiver } from './receiver.ts';
import { openSyslog } from './syslog.ts';
import { openWebhook } from './webhook.ts';

export type { Copy, Receiver } from './receiver.ts';

/** A receiver of each kind on loopback. @param folder takes the certificate the bot is to trust */
export const openReceivers = async (folder: string): Promise<readonly Receiver[]> => {
  const caFile = join(folder, 'siem.pem');
  await writeFile(caFile, GOOD);
  return Promise.all([openWebhook(), openMail(), openSyslog(caFile)]);
};
