import { describe, expect, it } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import type { Action, ActionPlan } from '../../src/core/action.ts';
import type { Modal } from '../../src/core/ports.ts';
import { md } from '../../src/views/parts.ts';
import * as view from '../../src/views/response.ts';
import { loadingModal, notice, OTHER_REASON, responseForm } from '../../src/views/response.ts';
import { aSlackLab, virtualClock } from '../pipelines/support.ts';
import { problemsIn, shown } from '../support/blocks.ts';
import { labels } from '../support/builders.ts';

const quarantine = actions.find(({ id }) => id === 'quarantine') as Action;

const aPlan = (before: string, after: string, more: Partial<Extract<ActionPlan, { ok: true }>> = {}) => ({
  ok: true as const,
  intended: labels(after),
  change: { replaced: [], added: [] },
  notes: [],
  warnings: [],
  before,
  ...more,
});

const aForm = (
  before: string,
  after: string,
  more: Parameters<typeof aPlan>[2] & { readonly name?: string } = {},
) => {
  const { name = 'web-01', ...plan } = more;
  return responseForm(
    quarantine,
    [
      {
        target: { href: '/orgs/1/workloads/1', name, labels: labels(before), mode: 'full' },
        plan: aPlan(before, after, plan),
      },
    ],
    { draft: 'draft-1', pce: 'prod-east' },
  );
};
const read = (modal: Modal): string => shown({ text: '', blocks: modal.blocks });

describe('the response form', () => {
  it('shows every label before and after, what changes in bold', () =>
    expect(
      read(aForm('env=prod app=shop', 'app=shop env=prod Quarantine=Severe')).split('\n').slice(0, 5),
    ).toEqual([
      '*web-01*',
      'Labels now:',
      'app=shop env=prod',
      'Labels after:',
      'app=shop env=prod *Quarantine=Severe*',
    ]));

  it('shows what is replaced in bold on both sides', () =>
    expect(read(aForm('env=prod app=shop', 'env=q app=shop'))).toContain(
      'Labels now:\napp=shop *env=prod*\nLabels after:\napp=shop *env=q*',
    ));

  it('says "none" where there are no labels', () =>
    expect(read(aForm('', 'Quarantine=Severe'))).toContain('Labels now:\nnone'));

  it('shows every note and warning', () => {
    const said = read(aForm('a=b', 'a=b', { notes: ['a note'], warnings: ['a warning', 'another'] }));
    for (const one of ['a note', 'a warning', 'another']) expect(said).toContain(one);
  });

  it('carries the id of its draft, and nothing that decides', () => {
    const form = aForm('env=prod', 'Quarantine=Severe') as Modal & { private_metadata: string };
    expect(form.private_metadata).toBe('draft-1');
    expect(JSON.stringify(form)).not.toContain('/orgs/1/workloads');
  });

  it('offers the reasons of its action and words of one’s own', () => {
    const text = JSON.stringify(aForm('env=prod', 'Quarantine=Severe'));
    for (const reason of [...quarantine.reasons, OTHER_REASON]) expect(text).toContain(reason);
  });

  for (const [sentence, name] of [
    ['a long name', 'a-very-long-host-name-of-a-cloud.eu-central-1.compute.internal'],
    ['a hostile name', '<!channel> *x* \u202E'],
    ['10,000 characters', 'x'.repeat(10_000)],
  ] as const)
    it(`is taken by a Slack that checks it: ${sentence}`, async () => {
      const lab = await aSlackLab(virtualClock(), { pace: 0, handle: () => ({}) });
      await lab.slack.start();
      await lab.chat.post(
        { channel: 'C0SOC0001', key: 'k' },
        {
          text: 'x',
          blocks: [
            {
              type: 'actions',
              elements: [
                { type: 'button', action_id: 'go', value: 'v', text: { type: 'plain_text', text: 'Go' } },
              ],
            },
          ] as never,
        },
      );
      const [post] = lab.messages('C0SOC0001');
      await lab.sim.control.click({ user: 'U0MAYA001', channel: 'C0SOC0001', ts: post?.ts, action_id: 'go' });
      const click = lab.inbounds.at(-1) as { triggerId: string };
      const id = await lab.chat.openView(click.triggerId, loadingModal(quarantine, name));
      const form = aForm(`env=${name}`, `env=${name} Quarantine=Severe`, { name, warnings: [name] });
      expect(problemsIn(form.blocks)).toEqual([]);
      await lab.chat.updateView(id, form);
      expect(lab.views().map(({ submit }) => submit)).toEqual(['Quarantine']);
      await lab.chat.updateView(id, notice(quarantine, name, [md`${name}`]));
      expect(lab.views().map(({ submit }) => submit)).toEqual([null]);
    });
});

describe('what stands between two label sets', () => {
  for (const [before, after, says] of [
    ['env=prod', 'env=prod', 'nothing'],
    ['env=prod', 'env=stage', 'env prod → stage'],
    ['env=prod', '', 'env prod → (none)'],
    ['', 'env=prod', 'env (none) → prod'],
    ['env=prod app=a', 'app=b env=prod', 'app a → b'],
  ] as const)
    it(`${before || 'nothing'} → ${after || 'nothing'}: ${says}`, () =>
      expect(view.changedLabels(labels(before), labels(after))).toBe(says));
});
