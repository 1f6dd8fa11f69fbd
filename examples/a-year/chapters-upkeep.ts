import * as cast from './cast.ts';
import { type Chapter, field, list, text } from './story.ts';

const changing: Chapter = {
  title: 'A mandate is changed, and renewed before it ends',
  async play(story) {
    const id = story.recall('stan at the harbour');
    const permit = { actor: cast.STAN, represented: cast.BAKERY, service: cast.PERMIT.id, operation: 'submit' };
    const station = { ...permit, branch: cast.STATION };
    await story.mayNot('May Stan apply for a permit for the station branch?', station, 'operation_not_covered');
    const seen = await story.act({ by: 'karin', to: `GET /mandates/${id}` });
    const change = { by: 'karin', to: `PATCH /mandates/${id}`, ifMatch: seen.etag };
    story.tell('Karin adds the station to what he may do at the harbour.');
    const changed = await story.act({ ...change, body: { branches: [cast.HARBOUR, cast.STATION] } });
    story.expectEvent(id, 'changed');
    await story.may('May Stan?', station, 'mandate');
    await story.refused(
      'Her other window still shows how it was: that change is not made.',
      {
        ...change,
        body: { branches: 'all' },
      },
      { status: 412, code: 'precondition_failed' },
    );
    story.tell('It ends in two years. She renews it for another two, with evidence shown anew.');
    const renewed = await story.act({
      by: 'karin',
      to: `POST /mandates/${id}/renewals`,
      body: {
        valid_until: cast.daysFromNow(4 * 365),
        evidence: [{ kind: 'arbeidsovereenkomst', reference: 'dossier 12, nieuw' }],
      },
      ifMatch: changed.etag,
    });
    const next = text(renewed, 'mandate', 'mandate_id');
    story.expectEvent(next, 'granted');
    story.check('the new one names the old', text(renewed, 'mandate', 'renews'), id);
    const begins = text(renewed, 'mandate', 'valid_from');
    story.check('and begins where that ends', begins, text(changed, 'mandate', 'valid_until'));
    story.remember('stan, renewed', next);
  },
};

const aSetGrows: Chapter = {
  title: 'A profile of services grows, and the farmer decides whether that is meant for him',
  async play(story) {
    const payroll = {
      actor: cast.BEA,
      represented: cast.FARM,
      service: cast.PAYROLL_TAX.id,
      operation: 'submit',
    };
    await story.mayNot('May Bea do the farm’s payroll taxes?', payroll, 'no_mandate');
    story.tell('The RVO proposes to add them to its livestock profile. They are of the Belastingdienst.');
    const proposed = await story.act({
      by: 'rvo',
      to: `POST /service-sets/${cast.LIVESTOCK_SET}/versions`,
      body: { additions: [cast.PAYROLL_TAX.uuid] },
    });
    const version = Number(field(proposed.body, 'draft', 'version'));
    await story.mayNot('May Bea?', payroll, 'no_mandate');
    story.tell('The Belastingdienst agrees, and the profile has a new version.');
    await story.act({
      by: 'belastingdienst',
      to: `POST /service-sets/${cast.LIVESTOCK_SET}/versions/${version}/consents`,
      body: { services: [cast.PAYROLL_TAX.uuid] },
    });
    await story.mayNot(
      'May Bea? What a farmer never confirmed, he has not granted.',
      payroll,
      'set_addition_unconfirmed',
    );
    const id = cast.FARM_TO_BALANS_BY_SET;
    const confirm = {
      by: 'petra',
      to: `POST /mandates/${id}/set-confirmations`,
      ifMatch: (await story.act({ by: 'petra', to: `GET /mandates/${id}` })).etag,
    };
    const body = { set_id: cast.LIVESTOCK_SET, version };
    const shown = await story.act({ ...confirm, body: { ...body, dry_run: true } });
    const names = list(shown, 'added').map((one) => field(one, 'name'));
    story.tell(`Petra looks at what the farm would grant besides: ${names.join(', ')}. She confirms.`);
    await story.act({ ...confirm, body });
    story.expectEvent(id, 'changed');
    await story.may('May Bea?', payroll, 'chain');
  },
};

export const upkeep: readonly Chapter[] = [changing, aSetGrows];
