import * as cast from './cast.ts';
import { type Chapter, type Question, text } from './story.ts';

export const shippingPayroll: Question = {
  actor: cast.BEA,
  represented: cast.SHIPPING_COMPANY,
  service: cast.PAYROLL_TAX.id,
  operation: 'submit',
};

const twoDirectors: Chapter = {
  title: 'Two directors who sign together',
  async play(story) {
    await story.mayNot('May Bea do the payroll taxes of the shipping company?', shippingPayroll, 'no_mandate');
    story.tell('Ab van Dam grants it to Balans. The company’s rules ask for two, so it waits.');
    const reply = await story.act({
      by: 'vandam-een',
      to: 'POST /mandates',
      body: {
        represented: cast.SHIPPING_COMPANY,
        delegates: [{ party: cast.BALANS }],
        kind: 'business',
        services: [cast.PAYROLL_TAX.uuid],
        ...cast.UNLIMITED,
        loa: 'eh3',
        valid_until: cast.inTwoYears(),
      },
    });
    const id = text(reply, 'mandates', 0, 'mandate_id');
    story.check('it waits', text(reply, 'mandates', 0, 'status'), 'offered');
    story.expectEvent(id, 'offered');
    story.remember('shipping payroll', id);
    await story.mayNot('May Bea?', shippingPayroll, 'mandate_pending');
    const waiting = await story.act({
      by: 'vandam-twee',
      to: 'POST /mandates/_search',
      body: { side: 'granted', party: cast.SHIPPING_COMPANY, status: ['offered'] },
    });
    story.check('it waits for Bo', text(waiting, 'items', 0, 'mandate_id'), id);
    const seen = await story.act({ by: 'vandam-twee', to: `GET /mandates/${id}` });
    story.tell('Bo van Dam finds it on his list, looks at what his brother has done, and agrees.');
    await story.act({ by: 'vandam-twee', to: `POST /mandates/${id}/consents`, ifMatch: seen.etag });
    story.expectEvent(id, 'activated');
    await story.may('May Bea?', shippingPayroll, 'chain');
  },
};

const passingOn: Chapter = {
  title: 'A mandate is passed on, and ends with the one it came from',
  async play(story) {
    const permit = { actor: cast.TESS, represented: cast.PAINTER, service: cast.PERMIT.id, operation: 'submit' };
    await story.mayNot('May Tess of the drawing office apply for a permit for the painter?', permit, 'no_mandate');
    const toFarm = story.recall('the farm to Balans');
    const onward = (parent: string) => ({
      by: 'olaf',
      to: `POST /mandates/${parent}/onward-mandates`,
      body: { delegates: [{ party: cast.DRAWING_OFFICE }] },
    });
    await story.refused(
      'Olaf of Balans would pass on what the farm gave, without the right of substitution.',
      onward(toFarm),
      { status: 403, code: 'act_refused', reasons: ['substitution_missing'] },
    );
    story.tell('Kees the painter lets Balans see to his permit, and gives the right of substitution with it.');
    const reply = await story.act({
      by: 'kees',
      to: 'POST /mandates',
      body: {
        represented: cast.PAINTER,
        delegates: [{ party: cast.BALANS }],
        kind: 'business',
        services: [cast.PERMIT.uuid],
        ...cast.UNLIMITED,
        loa: 'eh3',
        valid_until: cast.inTwoYears(),
        substitution: true,
      },
    });
    const parent = text(reply, 'mandates', 0, 'mandate_id');
    story.expectEvent(parent, 'granted');
    const check = { act: 'mandate.pass_on', mandate_id: parent, delegate: { party: cast.DRAWING_OFFICE } };
    const may = await story.act({ by: 'olaf', to: 'POST /mandates/_check', body: check });
    story.check('he may pass it on', may.body, { allow: true, reasons: [] });
    story.tell('Olaf asks whether he may pass it on. He may; so he asks the drawing office.');
    const child = text(await story.act(onward(parent)), 'mandates', 0, 'mandate_id');
    story.expectEvent(child, 'granted');
    await story.may('May Tess apply for it?', permit, 'chain');
    story.tell('Kees is done building. He revokes what he gave to Balans; what came of it goes with it.');
    const revoked = await story.act({
      by: 'kees',
      to: `POST /mandates/${parent}/revocations`,
      body: { reason: 'De schuur staat er' },
    });
    story.check('the onward one is named', text(revoked, 'onward', 0, 'mandate_id'), child);
    story.expectEvent(parent, 'revoked');
    story.expectEvent(child, 'revoked');
    await story.mayNot('May Tess?', permit, 'mandate_revoked', 'parent_not_in_force');
  },
};

export const together: readonly Chapter[] = [twoDirectors, passingOn];
