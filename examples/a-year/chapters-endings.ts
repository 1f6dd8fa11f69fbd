import * as cast from './cast.ts';
import { type Chapter, field, list, type Reply, type Story, StoryError, text } from './story.ts';

const leaving: Chapter = {
  title: 'Stan leaves the bakery, and Petra takes over what he did',
  async play(story) {
    const permit = {
      represented: cast.BAKERY,
      branch: cast.STATION,
      service: cast.PERMIT.id,
      operation: 'submit',
    };
    const harbour = story.recall('stan at the harbour');
    const reason = 'Uit dienst';
    story.tell('Karin gives his work at the harbour and the station to Petra, who comes to work on Fridays.');
    const transfer = { ids: [harbour], delegate: { party: cast.PETRA }, reason };
    const planned = await story.act({
      by: 'karin',
      to: 'POST /mandates/_transfer',
      body: { ...transfer, dry_run: true },
    });
    story.check('one would go', field(planned.body, 'transferred'), 1);
    await story.act({ by: 'karin', to: 'POST /mandates/_transfer', body: transfer });
    story.expectEvent(harbour, 'revoked');
    await story.may('May Petra apply for a permit for the station?', { actor: cast.PETRA, ...permit }, 'mandate');
    const all = { filter: { represented: cast.BAKERY, delegate: cast.STAN }, reason };
    const counted = await story.act({ by: 'karin', to: 'POST /mandates/_revoke', body: { ...all, dry_run: true } });
    story.tell(`What else he had: ${String(field(counted.body, 'revoked'))} mandates. She revokes them all at once.`);
    const gone = await story.act({ by: 'karin', to: 'POST /mandates/_revoke', body: all });
    story.check('as was counted', field(gone.body, 'revoked'), field(counted.body, 'revoked'));
    story.expectEvent(story.recall('stan, renewed'), 'revoked');
    await story.mayNot('May Stan?', { actor: cast.STAN, ...permit }, 'mandate_revoked');
    const left = await story.act({
      by: 'karin',
      to: 'POST /mandates/_search',
      body: { side: 'granted', party: cast.BAKERY, other: cast.STAN, status: ['in_force'] },
    });
    story.check('nothing of his is in force', list(left, 'items'), []);
  },
};

const notices: Chapter = {
  title: 'Who was told what',
  async play(story) {
    await story.job('announce');
    const of = async (by: string, party: string, id: string) => {
      const body = { party, mandate_id: id };
      return text(await story.act({ by, to: 'POST /notices/_search', body }), 'items', 0, 'text');
    };
    const id = story.recall('the farm to Balans');
    story.tell(`The farm: “${await of('petra', cast.FARM, id)}”`);
    story.tell(`Balans: “${await of('olaf', cast.BALANS, id)}”`);
    story.tell(`Stan: “${await of('stan', cast.STAN, story.recall('rejected'))}”`);
  },
};

/** Two years from today and a day, and then each time the thirty days in which an answer is due. */
const DAY_OF = { question: 2 * 365 + 2, reminder: 2 * 365 + 33, end: 2 * 365 + 64 };

const unused: Chapter = {
  title: 'Two years later nobody has used them',
  async play(story) {
    const balans = await grantForFour(story, cast.BALANS);
    const drawing = await grantForFour(story, cast.DRAWING_OFFICE);
    story.tell('The painter mandates two firms, and forgets about both. By a clock that is two years ahead:');
    await story.job('reconfirm', cast.daysFromNow(DAY_OF.question));
    const open = await story.act({ by: 'kees', to: 'POST /reconfirmations/_search', body: { party: cast.PAINTER } });
    const asked = list(open, 'items').find((one) => list({ ...open, body: one }, 'mandates').includes(balans));
    const id = text({ ...open, body: asked }, 'reconfirmation_id');
    story.tell('Kees is asked about each. He still needs Balans; about the drawing office he says nothing.');
    await story.act({ by: 'kees', to: `POST /reconfirmations/${id}/answers`, body: { answer: 'confirmed' } });
    await story.may('May Tess still?', tess, 'chain');
    story.tell('Thirty days later he is asked again; and thirty days after that it is over.');
    await story.job('reconfirm', cast.daysFromNow(DAY_OF.reminder));
    // His answer has the date of today: by the clock of the job he gave it long ago, and is asked about Balans again.
    await story.job('reconfirm', cast.daysFromNow(DAY_OF.end));
    story.expectEvent(drawing, 'revoked');
    await story.mayNot('May Tess?', tess, 'mandate_revoked');
    const kept = await story.act({ by: 'kees', to: `GET /mandates/${balans}` });
    story.check('what he confirmed is there', text(kept, 'status'), 'active');
    story.tell('What he confirmed is still there. So it went with every set in the register that nobody answered for.');
  },
};

const tess = { actor: cast.TESS, represented: cast.PAINTER, service: cast.PERMIT.id, operation: 'submit' };

async function grantForFour(story: Story, delegate: string): Promise<string> {
  const services = delegate === cast.BALANS ? [cast.VAT.uuid] : [cast.PERMIT.uuid];
  const reply = await story.act({
    by: 'kees',
    to: 'POST /mandates',
    body: {
      represented: cast.PAINTER,
      delegates: [{ party: delegate }],
      kind: 'business',
      services,
      ...cast.UNLIMITED,
      loa: 'eh3',
      valid_until: cast.daysFromNow(4 * 365),
    },
  });
  const id = text(reply, 'mandates', 0, 'mandate_id');
  story.expectEvent(id, 'granted');
  return id;
}

const told: Chapter = {
  title: 'Whoever listens has heard all of it, and nothing was tampered with',
  async play(story) {
    const seen = await readFeed(story);
    const wanted = story.expectedEvents();
    let at = -1;
    for (const event of wanted) {
      const next = seen.indexOf(event, at + 1);
      if (next < 0)
        throw new StoryError(
          'an event in the order of the story',
          event,
          seen.filter((one) => one.endsWith(event.split(' ')[1] ?? '')),
        );
      at = next;
    }
    story.tell(
      `The feed has ${seen.length} events; the ${wanted.length} that this story waits for are in it, in order.`,
    );
    const verified: unknown = JSON.parse(await story.world.machtig('audit', 'verify'));
    story.check('the chain has no fault', field(verified, 'fault'), undefined);
    story.tell(`machtig audit verify: ${JSON.stringify(verified)}`);
  },
};

/** Everything since the register began, as `verb subject`; each comes right after the one before. */
async function readFeed(story: Story): Promise<string[]> {
  const seen: string[] = [];
  let page: Reply | undefined;
  let last: string | undefined;
  do {
    const after = page ? `&after=${text(page, 'next')}` : '';
    page = await story.act({ by: 'registrar', to: `GET /events?limit=1000${after}` });
    for (const event of list(page, 'items')) {
      const [, , , verb = ''] = String(field(event, 'type')).split('.');
      story.check('no gap in the feed', field(event, 'id'), follower(last) ?? field(event, 'id'));
      last = String(field(event, 'id'));
      seen.push(`${verb} ${String(field(event, 'subject'))}`);
    }
  } while (field(page.body, 'more') === true);
  return seen;
}

/** `1.7` after `1.6`. */
function follower(id: string | undefined): string | undefined {
  const [epoch, n] = id?.split('.') ?? [];
  return epoch === undefined ? undefined : `${epoch}.${Number(n) + 1}`;
}

export const endings: readonly Chapter[] = [leaving, notices, unused, told];
