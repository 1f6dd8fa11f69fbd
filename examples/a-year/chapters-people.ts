import * as cast from './cast.ts';
import { type Chapter, field, list, type Question, text } from './story.ts';

const asSanne = (service: string): Question => ({
  actor: cast.SANNE,
  loa: 'eh2plus',
  represented: cast.MARIJKE,
  service,
  operation: 'view',
});

const offering: Chapter = {
  title: 'A mother gives her daughter a code',
  async play(story) {
    const files = asSanne(cast.PERMIT_FILES.id);
    await story.mayNot('May Sanne see the files of her mother’s building plans?', files, 'no_mandate');
    story.tell('Marijke offers it. She is shown a code, once, and writes it on a card for her daughter.');
    const reply = await story.act({
      by: 'moeder@eh2plus',
      to: 'POST /mandate-offers',
      body: {
        represented: cast.MARIJKE,
        kind: 'voluntary',
        services: [cast.PERMIT_FILES.uuid],
        ...cast.UNLIMITED,
        loa: 'eh2plus',
        valid_until: cast.inTwoYears(),
      },
    });
    const id = text(reply, 'mandate_id');
    const code = text(reply, 'code');
    const activate = (given: string, more = {}) => ({
      by: 'dochter@eh2plus',
      to: 'POST /mandate-offers/_activate',
      body: { code: given, birth_date: cast.MARIJKE_BORN, bsn: cast.MARIJKE, ...more },
    });
    await story.refused(
      'Sanne misreads a letter. Whatever is wrong, the answer is the same.',
      activate(misread(code)),
      {
        status: 403,
        code: 'act_refused',
        reasons: ['code_not_verified'],
      },
    );
    story.tell('She looks again, and types it as it stands, with her mother’s date of birth and number.');
    const shown = await story.act(activate(code, { dry_run: true }));
    story.tell(`First she is shown what it is: “${text(shown, 'mandate', 'name')}”`);
    await story.mayNot('May Sanne see the files?', files, 'no_mandate');
    story.tell('That is as it should be, and she accepts it.');
    await story.act(activate(code));
    story.expectEvent(id, 'granted');
    story.remember('sanne sees the files', id);
    await story.may('May Sanne see the files?', files, 'mandate');
    await story.refused('A code is good for once.', activate(code), {
      status: 403,
      code: 'act_refused',
      reasons: ['code_not_verified'],
    });
  },
};

const misread = (code: string): string => (code.startsWith('7') ? `8${code.slice(1)}` : `7${code.slice(1)}`);

const dayOf = (moment: string): string =>
  new Date(moment).toLocaleDateString('en-GB', { dateStyle: 'full', timeZone: 'Europe/Amsterdam' });

const onPaper: Chapter = {
  title: 'A letter comes in, and may not lie there for long',
  async play(story) {
    const tax = { actor: cast.BAS, represented: cast.VICTOR, service: cast.INCOME_TAX.id, operation: 'view' };
    await story.mayNot('May Bas of Houvast see Victor’s income tax?', tax, 'no_mandate');
    story.tell('Victor has no computer. He writes that Bewindvoering Houvast may do his taxes; the desk enters it.');
    const registered = await story.act({
      by: 'registrar',
      to: 'POST /paper-requests',
      body: {
        kind: 'grant',
        represented: cast.VICTOR,
        signed_by: cast.VICTOR,
        asked: 'Houvast mag mijn aangifte inkomstenbelasting doen',
        loa: 'eh2plus',
        received_at: new Date().toISOString(),
      },
    });
    const request = text(registered, 'paper_request_id');
    const victor = text(registered, 'represented', 'party_id');
    story.tell(`It is due within two working days: before ${dayOf(text(registered, 'due_at'))}.`);
    story.tell('Had nobody looked at it for twelve days, Victor would be told:');
    const late = await story.job('paper-deadlines', cast.daysFromNow(12));
    story.check('one is overdue', field(late, 'overdue'), 1);
    story.tell('The desk compares his signature, and checks the copy of his passport.');
    const identified = await story.act({
      by: 'registrar',
      to: `POST /parties/${victor}/identifications`,
      body: {
        method: 'document_copy',
        check: 'lost_document_register',
        loa: 'eh2plus',
        document: { kind: 'passport', valid_until: cast.inTwoYears().slice(0, 10) },
        checked_by: 'balie 3',
        checked_at: new Date().toISOString(),
      },
    });
    const settled = await story.act({
      by: 'registrar',
      to: `POST /paper-requests/${request}/decisions`,
      body: {
        decision: 'executed',
        signature_verified: { by: 'balie 3', at: new Date().toISOString(), reference: 'archief 31' },
        identifications: [text(identified, 'identification_id')],
        grant: {
          delegates: [{ party: cast.BEWINDVOERDERS }],
          kind: 'voluntary',
          services: [cast.INCOME_TAX.uuid],
          ...cast.UNLIMITED,
          loa: 'eh2plus',
          valid_until: cast.inTwoYears(),
        },
      },
    });
    const [id] = list(settled, 'settled_mandates');
    story.expectEvent(String(id), 'granted');
    await story.may('May Bas see Victor’s income tax?', tax, 'chain');
  },
};

const death: Chapter = {
  title: 'Marijke dies, and what she meant for afterwards stays',
  async play(story) {
    const tax = { ...asSanne(cast.INCOME_TAX.id), operation: 'submit' };
    const files = asSanne(cast.PERMIT_FILES.id);
    story.tell('In her last year Marijke lets Sanne do her income tax also when she herself is no longer there.');
    const reply = await story.act({
      by: 'moeder@eh2plus',
      to: 'POST /mandates',
      body: {
        represented: cast.MARIJKE,
        delegates: [{ party: cast.SANNE, birth_date: cast.SANNE_BORN }],
        kind: 'voluntary',
        services: [cast.INCOME_TAX.uuid],
        ...cast.UNLIMITED,
        loa: 'eh2plus',
        valid_until: cast.inTwoYears(),
        survivor: true,
      },
    });
    const survivor = text(reply, 'mandates', 0, 'mandate_id');
    story.expectEvent(survivor, 'granted');
    await story.may('May Sanne see the files?', files, 'mandate');
    story.tell('The register hears of Marijke’s death.');
    const died = await story.act({
      by: 'registrar',
      to: 'POST /interventions',
      body: {
        party: cast.MARIJKE,
        kind: 'death',
        since: new Date(Date.now() - 60_000).toISOString(),
        reference: 'akte 2026-114',
      },
    });
    story.tell(`In one transaction ${String(field(died.body, 'mandates_ended'))} mandates end.`);
    story.expectEvent(story.recall('sanne sees the files'), 'revoked');
    await story.mayNot('May Sanne see the files?', files, 'mandate_revoked', 'represented_deceased');
    await story.may('May Sanne file the last tax return?', tax, 'mandate');
  },
};

export const people: readonly Chapter[] = [offering, onPaper, death];
