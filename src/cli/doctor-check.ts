import { ChatError, PceError } from '../core/ports.ts';

/** What was found at one place. */
export interface Outcome {
  /** null = not looked at, because something before it does not hold or nothing here can tell. */
  readonly ok: boolean | null;
  readonly detail: string;
  /** What an operator can do about it; null when there is nothing to do. */
  readonly fix: string | null;
}

/** One line of `doctor` (design §8). `id` says where: `pce.prod-east.read-key`, `slack.scopes`, `data.folder`. */
export interface Check extends Outcome {
  readonly id: string;
}

export const holds = (detail: string): Outcome => ({ ok: true, detail, fix: null });
export const fails = (detail: string, fix: string): Outcome => ({ ok: false, detail, fix });
export const skipped = (detail: string): Outcome => ({ ok: null, detail, fix: null });

/** Looks; what the PCE or Slack refuses or does not answer becomes an outcome, anything else is a fault of ours and rejects. */
export const attempt = async (
  look: () => Promise<Outcome>,
  refused: (error: PceError | ChatError) => Outcome,
): Promise<Outcome> => {
  try {
    return await look();
  } catch (error) {
    if (error instanceof PceError || error instanceof ChatError) return refused(error);
    throw error;
  }
};
