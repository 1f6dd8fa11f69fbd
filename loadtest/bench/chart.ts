export interface Axis {
  label: string;
  /** Decades instead of even steps. */
  log: boolean;
}

export interface Series {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  title: string;
  subtitle: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
}

const WIDTH = 1000;
const HEIGHT = 560;
const [LEFT, RIGHT, TOP, BOTTOM] = [80, 340, 64, 56];
const COLOURS = [
  '#1b4f8f',
  '#c05621',
  '#2f855a',
  '#97266d',
  '#718096',
  '#b7791f',
  '#2c7a7b',
  '#9b2c2c',
  '#553c9a',
  '#4a5568',
];

export const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Round numbers from about the least to about the most; none without values. */
function ticksOf({ log }: Axis, values: readonly number[]): number[] {
  if (values.length === 0) return [];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (log) {
    const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
    return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  }
  if (most <= 0) return [0];
  const step = 10 ** Math.floor(Math.log10(most / 4));
  const wide = [1, 2, 5, 10].find((times) => most / (step * times) <= 8) ?? 10;
  return Array.from({ length: Math.ceil(most / (step * wide)) + 1 }, (_, i) => i * step * wide);
}

/** Maps values between the outer ticks to pixels. */
function scaleOf({ log }: Axis, ticks: readonly number[], [from, to]: readonly [number, number]) {
  const of = (value: number) => (log ? Math.log10(value) : value);
  const [least, most] = [of(ticks[0] ?? 0), of(ticks.at(-1) ?? 1)];
  return (value: number) => from + ((of(value) - least) / (most - least || 1)) * (to - from);
}

const short = (n: number) => (n >= 1e6 ? `${n / 1e6} M` : n >= 1e3 ? `${n / 1e3} k` : String(n));

const hasPlace = (value: number, { log }: Axis) => Number.isFinite(value) && (!log || value > 0);

/** Lines with their points, as SVG text. What is no number, and 0 on an axis of decades, has no place and is left out. */
export function lineChart({ title, subtitle, x, y, series }: Chart): string {
  const shown = series
    .map(({ name, points }) => ({
      name,
      points: points.filter(([px, py]) => hasPlace(px, x) && hasPlace(py, y)),
    }))
    .filter(({ points }) => points.length > 0);
  const all = shown.flatMap(({ points }) => points);
  const values = { x: all.map(([px]) => px), y: all.map(([, py]) => py) };
  const [xTicks, yTicks] = [ticksOf(x, values.x), ticksOf(y, values.y)];
  const toX = scaleOf(x, xTicks, [LEFT, WIDTH - RIGHT]);
  const toY = scaleOf(y, yTicks, [HEIGHT - BOTTOM, TOP]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="16" y="24" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    `<text x="16" y="44" fill="#555">${escaped(subtitle)}</text>`,
    ...xTicks.map((tick) => verticalLine(toX(tick), short(tick))),
    ...yTicks.map((tick) => horizontalLine(toY(tick), short(tick))),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(20 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...shown.map((one, index) => drawLine(one, index, (point) => [toX(point[0]), toY(point[1])])),
    '</svg>',
    '',
  ].join('\n');
}

const verticalLine = (at: number, label: string) =>
  `<path d="M${at.toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#e2e8f0"/><text x="${at.toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label}</text>`;

const horizontalLine = (at: number, label: string) =>
  `<path d="M${LEFT} ${at.toFixed(1)}H${WIDTH - RIGHT}" stroke="#e2e8f0"/><text x="${LEFT - 8}" y="${(at + 4).toFixed(1)}" text-anchor="end">${label}</text>`;

function drawLine(
  { name, points }: Series,
  index: number,
  place: (point: readonly [number, number]) => [number, number],
): string {
  const colour = COLOURS[index % COLOURS.length] ?? '#000';
  const placed = points.map(place).map(([px, py]) => [px.toFixed(1), py.toFixed(1)]);
  const line = placed.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${px} ${py}`).join('');
  const dots = placed.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="3" fill="${colour}"/>`).join('');
  const y = TOP + 8 + index * 18;
  const legend = `<rect x="${WIDTH - RIGHT + 16}" y="${y - 9}" width="12" height="10" fill="${colour}"/><text x="${WIDTH - RIGHT + 34}" y="${y}">${escaped(name)}</text>`;
  return `<path d="${line}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}${legend}`;
}
