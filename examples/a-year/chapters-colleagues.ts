import * as cast from './cast.ts';
import { type Chapter, list, text } from './story.ts';

const aColleague: Chapter = {
  title: 'A colleague for Stan comes, and goes again',
  async play(story) {
    const permit = {
      actor: cast.FENNA,
      represented: cast.BAKERY,
      branch: cast.STATION,
      service: cast.PERMIT.id,
      operation: 'submit',
    };
    await story.mayNot('May Fenna apply for a permit for the station branch?', permit, 'actor_unknown');
    story.tell('Nobody knows her yet. Karin looks at her passport, gives her a means, and makes both known.');
    const enrolled = await story.act({
      by: 'karin',
      to: 'POST /employees',
      body: {
        employer: cast.BAKERY,
        name: 'Fenna Fleur',
        birth_date: '2001-04-09',
        means: { identifier: cast.FENNA, evidence: [{ kind: 'in_person', reference: 'uitgifte 7' }] },
        identification: {
          method: 'in_person',
          loa: 'eh3',
          checked_at: new Date().toISOString(),
          document: { kind: 'passport', valid_until: cast.inTwoYears().slice(0, 10) },
        },
      },
    });
    const fenna = text(enrolled, 'employee', 'party_id');
    await story.mayNot('May Fenna?', permit, 'no_mandate');
    const people = await story.act({
      by: 'karin',
      to: 'POST /employees/_search',
      body: { employer: cast.BAKERY, text: 'Stan' },
    });
    const stan = text(people, 'items', 0, 'employee', 'party_id');
    const copy = {
      by: 'karin',
      to: `POST /employees/${stan}/copies`,
      body: { employer: cast.BAKERY, to: { party: `urn:uuid:${fenna}` } },
    };
    const shown = await story.act({ ...copy, body: { ...copy.body, dry_run: true } });
    story.tell(
      `She is to do what Stan does: ${list(shown, 'mandates').length} mandates. Karin looks, and grants them.`,
    );
    const copied = list(await story.act(copy), 'mandates');
    story.check('as many as were shown', copied.length, list(shown, 'mandates').length);
    await story.may('May Fenna?', permit, 'mandate');
    story.tell('Baking turns out not to be for her. One call ends her mandates, and stops the means.');
    await story.act({
      by: 'karin',
      to: `POST /employees/${fenna}/departures`,
      body: { employer: cast.BAKERY, reason: 'Uit dienst' },
    });
    await story.mayNot('May Fenna?', permit, 'mandate_revoked', 'means_inactive');
  },
};

export const colleagues: readonly Chapter[] = [aColleague];
