import * as cast from './cast.ts';
import { shippingPayroll } from './chapters-together.ts';
import { type Chapter, field, text } from './story.ts';

const aMinuteAgo = () => new Date(Date.now() - 60_000).toISOString();

const bankruptcy: Chapter = {
  title: 'The shipping company goes bankrupt',
  async play(story) {
    const curator = { actor: cast.QUIRINE, represented: cast.SHIPPING_COMPANY, service: cast.VAT.id };
    await story.may('May Bea do the payroll taxes of the shipping company?', shippingPayroll, 'chain');
    await story.mayNot('May Quirine Quist act for it?', { ...curator, operation: 'submit' }, 'no_mandate');
    story.tell('The court calls once: bankrupt, and mr. Quist is the curator.');
    const call = {
      by: 'court',
      to: 'POST /interventions',
      body: {
        party: cast.SHIPPING_COMPANY,
        kind: 'bankruptcy',
        since: aMinuteAgo(),
        reference: 'F.10/26/500',
        verified_by: ['terugbellen', 'Centraal Insolventieregister'],
        successor: {
          as: 'legal_representative',
          delegate: cast.QUIRINE,
          loa: 'eh4',
          evidence: [{ kind: 'vonnis', reference: 'F.10/26/500' }],
        },
      },
    };
    const done = await story.act(call);
    story.expectEvent(story.recall('shipping payroll'), 'revoked');
    story.expectEvent(text(done, 'successor'), 'granted');
    story.tell(
      `Everything that the company granted has ended, ${String(field(done.body, 'mandates_ended'))} mandate(s).`,
    );
    const again = await story.act(call);
    story.check(
      'said twice, done once',
      [again.status, text(again, 'intervention_id')],
      [200, text(done, 'intervention_id')],
    );
    await story.mayNot('May Bea?', shippingPayroll, 'mandate_revoked', 'represented_bankrupt');
    const director = { ...shippingPayroll, actor: cast.AB };
    await story.mayNot('May Ab van Dam, director?', director, 'joint_authority_required', 'represented_bankrupt');
    await story.may('May Quirine?', { ...curator, operation: 'submit' }, 'statutory');
    story.tell('The curator needs the books done, and grants Balans anew.');
    const granted = await story.act({
      by: 'curator',
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
    story.check('under her authority', text(granted, 'mandates', 0, 'granted_under'), 'bankruptcy_curator');
    story.expectEvent(text(granted, 'mandates', 0, 'mandate_id'), 'granted');
    await story.may('May Bea?', shippingPayroll, 'chain');
  },
};

const aNewOwner: Chapter = {
  title: 'The haulier stops, and a new owner carries on',
  async play(story) {
    const transport = { actor: cast.TEUN, represented: cast.HAULIER, service: cast.TRANSPORT.id, operation: 'submit' };
    await story.mayNot('May Teun report transports for Veevervoer Hendriks?', transport, 'no_mandate');
    story.tell('Henk sells his business to Teun. The RVO hears of it, and appoints the new owner for its own service.');
    const done = await story.act({
      by: 'rvo',
      to: 'POST /interventions',
      body: {
        party: cast.HAULIER,
        kind: 'business_ended',
        since: aMinuteAgo(),
        reference: 'overdracht 2026-7',
        verified_by: ['handelsregister'],
        successor: {
          as: 'appointed',
          delegate: cast.NEW_BUTCHER,
          services: [cast.TRANSPORT.uuid],
          valid_until: cast.inTwoYears(),
        },
      },
    });
    story.expectEvent(text(done, 'successor'), 'granted');
    await story.may('May Teun?', transport, 'chain');
    const henk = { ...transport, actor: 'urn:etoegang:pseudonym:henk@hendriks' };
    await story.mayNot('And Henk?', henk, 'mandate_revoked');
  },
};

export const bankruptcies: readonly Chapter[] = [bankruptcy, aNewOwner];
