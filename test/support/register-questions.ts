import * as cast from '../../examples/a-year/cast.ts';

const means = (name: string) => `urn:etoegang:pseudonym:${name}`;
const ACTORS = [
  ...[cast.STAN, cast.KARIN, cast.PETRA, cast.TESS, cast.BEA, cast.OLAF, cast.NORA, cast.AB, cast.QUIRINE, cast.TEUN],
  ...['willem@weide', 'henk@hendriks', 'kees@kwast'].map(means),
];
const REPRESENTED = [
  cast.FARM,
  cast.HAULIER,
  cast.BALANS,
  cast.BAKERY,
  cast.NEW_BUTCHER,
  cast.SHIPPING_COMPANY,
  cast.PAINTER,
];
const SERVICES = [cast.TRANSPORT, cast.VAT, cast.PERMIT, cast.MANAGING];

/** Who may do what for whom, in the example register: some hundreds of questions, most of them answered with no. */
export function manyQuestions(): object[] {
  return ACTORS.flatMap((actor) =>
    REPRESENTED.flatMap((represented) =>
      SERVICES.map((service, place) => ({
        actor,
        represented,
        service: service.id,
        loa: 'eh3',
        ...(place % 2 === 0 && { operation: 'submit' }),
        ...(represented === cast.BAKERY && actor === cast.STAN && { branch: cast.STATION }),
      })),
    ),
  );
}
