import { randomUUID } from 'node:crypto';
import * as cast from './cast.ts';
import { type Chapter, list, type Question, text } from './story.ts';

const harbourPermit: Question = {
  actor: cast.STAN,
  represented: cast.BAKERY,
  branch: cast.HARBOUR,
  service: cast.PERMIT.id,
  operation: 'submit',
};
/** So far Stan may look at the files of the station. */
const stationOnly = ['branch_not_covered', 'operation_not_covered'];
const farmVat: Question = {
  actor: cast.BEA,
  represented: cast.FARM,
  service: cast.VAT.id,
  operation: 'submit',
};

const appointing: Chapter = {
  title: 'The farmer appoints a manager of mandates',
  async play(story) {
    const managing = { actor: cast.PETRA, represented: cast.FARM, service: cast.MANAGING.id };
    await story.mayNot('May Petra manage the mandates of the farm?', managing, 'no_mandate');
    const body = {
      party: cast.FARM,
      manager: { party: cast.PETRA },
      loa: 'eh3',
      valid_until: cast.inTwoYears(),
      evidence: [{ kind: 'handelsregister', reference: 'uittreksel 90000001' }],
    };
    await story.refused('Stan of the bakery would like to appoint her. The farm is not his.', call('stan', body), {
      status: 403,
      code: 'act_refused',
      reasons: ['not_representative'],
    });
    story.tell('Willem owns the farm. He appoints Petra, who keeps its books, up to level eh3.');
    const reply = await story.act(call('willem', body));
    const id = text(reply, 'mandate', 'mandate_id');
    story.remember('petra manages', id);
    story.expectEvent(id, 'granted');
    await story.may('May Petra manage the mandates of the farm?', managing, 'mandate');

    function call(by: string, wish: object) {
      return { by, to: 'POST /managers', body: wish };
    }
  },
};

const anEmployee: Chapter = {
  title: 'The bakery lets an employee do one thing at one branch',
  async play(story) {
    const body = {
      represented: cast.BAKERY,
      delegates: [{ party: cast.STAN }],
      kind: 'employee',
      services: [cast.PERMIT.uuid],
      operations: ['submit'],
      branches: [cast.HARBOUR],
      cases: 'all',
      loa: 'eh3',
      valid_until: cast.inTwoYears(),
      evidence: [{ kind: 'arbeidsovereenkomst', reference: 'dossier 12' }],
    };
    const grant = { to: 'POST /mandates', body };
    await story.mayNot('May Stan apply for a permit for the harbour branch?', harbourPermit, ...stationOnly);
    await story.refused(
      'Karin manages the bakery’s mandates, but has logged in with a password only.',
      {
        by: 'karin@eh2',
        ...grant,
      },
      { status: 403, code: 'act_refused', reasons: ['loa_insufficient'] },
    );
    await story.refused(
      'Stan would grant it to himself.',
      { by: 'stan', ...grant },
      {
        status: 403,
        code: 'act_refused',
        reasons: ['not_for_this_capacity'],
      },
    );
    story.tell('Karin logs in at eh3, and lets Stan apply for permits for the harbour branch.');
    const key = randomUUID();
    const reply = await story.act({ by: 'karin', ...grant, key });
    const id = text(reply, 'mandates', 0, 'mandate_id');
    story.remember('stan at the harbour', id);
    story.expectEvent(id, 'granted');
    story.tell('Her connection broke; she sends it again under the same key, and there is still one mandate.');
    const again = await story.act({ by: 'karin', ...grant, key });
    story.check('the same mandate', text(again, 'mandates', 0, 'mandate_id'), id);
    await story.may('May Stan apply for a permit for the harbour branch?', harbourPermit, 'mandate');
    const centre = { ...harbourPermit, branch: cast.CENTRE };
    await story.mayNot('And for the one in the centre?', centre, 'branch_not_covered');
  },
};

const anAccountant: Chapter = {
  title: 'The farm engages an accountant, and she acts through her firm',
  async play(story) {
    const body = {
      represented: cast.FARM,
      delegates: [{ party: cast.BALANS }],
      kind: 'business',
      services: [cast.VAT.uuid],
      ...cast.UNLIMITED,
      loa: 'eh3',
      valid_until: cast.inTwoYears(),
    };
    await story.mayNot('May Bea of Balans Accountants file the farm’s VAT return?', farmVat, 'no_mandate');
    const shown = await story.act({ by: 'petra', to: 'POST /mandates', body: { ...body, dry_run: true } });
    story.tell(`Petra first asks what it would mean: “${text(shown, 'meaning', 0, 'consequence')}”`);
    await story.mayNot('Nothing was granted yet. May Bea?', farmVat, 'no_mandate');
    story.tell('Then she grants it to the firm. Who of the firm works for clients is for the firm to say.');
    const reply = await story.act({ by: 'petra', to: 'POST /mandates', body });
    const id = text(reply, 'mandates', 0, 'mandate_id');
    story.remember('the farm to Balans', id);
    story.expectEvent(id, 'granted');
    await story.may('May Bea?', farmVat, 'chain');
    const olaf = { ...farmVat, actor: cast.OLAF };
    await story.mayNot('May Olaf, who files for the firm itself only?', olaf, 'reach_own_only');
    const explained = await story.act({ by: 'petra', to: `GET /mandates/${id}/explanation` });
    story.tell(`In plain Dutch, for Petra to read: “${text(explained, 'title')}”`);
  },
};

const asking: Chapter = {
  title: 'An employee asks, and the manager answers',
  async play(story) {
    const wish = (service: string) => ({
      represented: [{ party: cast.BAKERY }],
      delegate: cast.STAN,
      kind: 'employee',
      services: [service],
      ...cast.UNLIMITED,
      loa: 'eh3',
      valid_until: cast.inTwoYears(),
    });
    const vat = { actor: cast.STAN, represented: cast.BAKERY, service: cast.VAT.id };
    story.tell('Stan asks whether he may do the VAT returns; and, while he is at it, the payroll taxes.');
    const ask = async (service: string) => story.act({ by: 'stan', to: 'POST /mandate-requests', body: wish(service) });
    const wanted = text(await ask(cast.VAT.uuid), 'mandates', 0, 'mandate_id');
    const tooMuch = text(await ask(cast.PAYROLL_TAX.uuid), 'mandates', 0, 'mandate_id');
    story.expectEvent(wanted, 'requested');
    story.expectEvent(tooMuch, 'requested');
    await story.mayNot('May he, now that he has asked?', { ...vat, operation: 'view' }, 'mandate_pending');
    await story.refused(
      'He cannot approve it himself.',
      {
        by: 'stan',
        to: `POST /mandate-requests/${wanted}/approvals`,
        body: {},
        ifMatch: (await story.act({ by: 'stan', to: `GET /mandates/${wanted}` })).etag,
      },
      { status: 403, code: 'act_refused' },
    );
    const waiting = await story.act({
      by: 'karin',
      to: 'POST /mandates/_search',
      body: { side: 'granted', party: cast.BAKERY, status: ['requested'] },
    });
    story.check('both wait for her', list(waiting, 'items').length, 2);
    story.tell('Karin finds both on her list. She lets him look, not file; and rejects the other one.');
    const seen = await story.act({ by: 'karin', to: `GET /mandates/${wanted}` });
    await story.act({
      by: 'karin',
      to: `POST /mandate-requests/${wanted}/approvals`,
      body: { operations: ['view'] },
      ifMatch: seen.etag,
    });
    const other = await story.act({ by: 'karin', to: `GET /mandates/${tooMuch}` });
    await story.act({
      by: 'karin',
      to: `POST /mandate-requests/${tooMuch}/rejections`,
      body: { reason: 'De lonen doet Balans' },
      ifMatch: other.etag,
    });
    story.expectEvent(wanted, 'activated');
    story.expectEvent(tooMuch, 'rejected');
    story.remember('rejected', tooMuch);
    await story.may('May Stan look at the VAT returns?', { ...vat, operation: 'view' }, 'mandate');
    await story.mayNot('May he file them?', { ...vat, operation: 'submit' }, 'operation_not_covered');
    const payroll = { ...vat, service: cast.PAYROLL_TAX.id, operation: 'view' };
    await story.mayNot('And the payroll taxes?', payroll, 'no_mandate');
  },
};

export const organisations: readonly Chapter[] = [appointing, anEmployee, anAccountant, asking];
