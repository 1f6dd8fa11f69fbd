import * as cast from './cast.ts';
import { type Chapter, field, list, StoryError, text } from './story.ts';

const suspending: Chapter = {
  title: 'At night Karin stops a mandate with the login that she has at hand',
  async play(story) {
    const id = story.recall('stan at the harbour');
    const permit = {
      actor: cast.STAN,
      represented: cast.BAKERY,
      branch: cast.HARBOUR,
      service: cast.PERMIT.id,
      operation: 'submit',
    };
    const reason = 'Vermoeden van misbruik';
    const suspend = { by: 'karin@eh2', to: `POST /mandates/${id}/suspensions` };
    await story.refused(
      'Karin’s strong means lies at the office. With a weak login it is refused.',
      {
        ...suspend,
        body: { reason },
      },
      { status: 403, code: 'act_refused', reasons: ['loa_insufficient'] },
    );
    story.tell('Unless she says why it must be: that is recorded.');
    const deviation = 'Telefoon van de politie om 02:10, sterk middel niet bij de hand';
    const stopped = await story.act({ ...suspend, body: { reason, deviation } });
    story.check('it is suspended', text(stopped, 'mandate', 'status'), 'suspended');
    story.expectEvent(id, 'suspended');
    await story.mayNot('May Stan apply for a permit for the harbour branch?', permit, 'mandate_suspended');
    const history = await story.act({ by: 'karin', to: `GET /mandates/${id}/history` });
    const last = list(history, 'items').at(-1);
    story.check('the history tells of the deviation', field(last, 'by', 'deviation'), deviation);
    const reactivate = { to: `POST /mandates/${id}/reactivations`, body: {}, ifMatch: stopped.etag };
    await story.refused(
      'In the morning it was a misunderstanding. Lifting it takes her full login, though.',
      {
        by: 'karin@eh2',
        ...reactivate,
      },
      { status: 403, code: 'act_refused', reasons: ['loa_insufficient'] },
    );
    await story.act({ by: 'karin', ...reactivate });
    story.tell('At the office she lifts it.');
    story.expectEvent(id, 'reactivated');
    await story.may('May Stan?', permit, 'mandate');
  },
};

const aLostPhone: Chapter = {
  title: 'Stan loses his phone',
  async play(story) {
    const files = {
      actor: cast.STAN,
      represented: cast.BAKERY,
      branch: cast.STATION,
      service: cast.PERMIT_FILES.id,
      operation: 'view',
    };
    await story.may('May Stan see the files of the station branch?', files, 'mandate');
    const found = await story.act({ by: 'karin', to: 'POST /means/_search', body: { owner: cast.BAKERY } });
    const means = list(found, 'items').find((one) => field(one, 'person', 'name') === 'Stan Stations');
    const id = field(means, 'means_id');
    if (typeof id !== 'string') throw new StoryError('Stan’s means', 'a means_id', found.body);
    story.tell('Karin finds the means that the bakery gave him, by an id that says nothing, and stops it.');
    await story.act({ by: 'karin', to: `POST /means/${id}/deactivations`, body: { reason: 'Telefoon kwijt' } });
    story.expectEvent(id, 'deactivated');
    await story.mayNot('May whoever has that phone?', files, 'means_inactive');
    story.tell('It was in the flour. She makes it usable again.');
    await story.act({ by: 'karin', to: `POST /means/${id}/activations`, body: { reason: 'Teruggevonden' } });
    story.expectEvent(id, 'activated');
    await story.may('May Stan?', files, 'mandate');
  },
};

const aCourt: Chapter = {
  title: 'A court steps in',
  async play(story) {
    const id = cast.VICTOR_TO_DEBT_RELIEF;
    const debts = {
      actor: cast.NORA,
      represented: cast.VICTOR,
      service: 'urn:etoegang:DV:00000003800000050000:services:2',
      operation: 'submit',
    };
    await story.may('May Nora of Schuldhulp Maasland ask for debt relief for Victor?', debts, 'chain');
    const suspend = { by: 'court', to: `POST /mandates/${id}/suspensions` };
    await story.refused(
      'A request comes in the name of a court. As long as nobody called back, nothing is done.',
      {
        ...suspend,
        body: { reason: 'C/10/26/88' },
      },
      { status: 403, code: 'act_refused', reasons: ['court_request_unverified'] },
    );
    story.tell('It was called back: it is the court’s. Victor’s mandate is suspended while it looks into it.');
    const stopped = await story.act({
      ...suspend,
      body: { reason: 'C/10/26/88', verified_by: ['terugbellen'] },
    });
    story.expectEvent(id, 'suspended');
    await story.mayNot('May Nora?', debts, 'mandate_suspended');
    await story.refused(
      'Victor himself cannot lift that.',
      {
        by: 'schuldenaar',
        to: `POST /mandates/${id}/reactivations`,
        body: {},
        ifMatch: stopped.etag,
      },
      { status: 403, code: 'act_refused', reasons: ['suspended_by_authority'] },
    );
    story.tell('The court is satisfied, and lifts it.');
    await story.act({
      by: 'court',
      to: `POST /mandates/${id}/reactivations`,
      body: { reason: 'C/10/26/88 opgeheven', verified_by: ['terugbellen'] },
      ifMatch: stopped.etag,
    });
    story.expectEvent(id, 'reactivated');
    await story.may('May Nora?', debts, 'chain');
  },
};

export const troubles: readonly Chapter[] = [suspending, aLostPhone, aCourt];
