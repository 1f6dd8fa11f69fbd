import { escaped } from './chart.ts';

export interface Bar {
  label: string;
  /** One bar of several colours, from left to right. */
  parts: readonly { value: number; colour: string }[];
  figure: string;
}

export interface Bars {
  title: string;
  subtitle: string;
  bars: readonly Bar[];
}

const WIDTH = 940;
const LEFT = 370;
const RIGHT = 150;
const BAR = 16;
const STEP = 24;
const TOP = 64;

/** Horizontal bars with a label before and a figure behind each; as SVG text. */
export function barChart({ title, subtitle, bars }: Bars): string {
  const lengthOf = ({ parts }: Bar) => parts.reduce((sum, { value }) => sum + value, 0);
  const scale = (WIDTH - LEFT - RIGHT) / Math.max(...bars.map(lengthOf));
  const height = TOP + bars.length * STEP + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="24" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    `<text x="16" y="44" fill="#555">${escaped(subtitle)}</text>`,
    ...bars.map((bar, index) => draw(bar, TOP + index * STEP, scale)),
    '</svg>',
    '',
  ].join('\n');
}

function draw({ label, parts, figure }: Bar, y: number, scale: number): string {
  let x = LEFT;
  const rects = parts.map(({ value, colour }) => {
    const from = x;
    x += value * scale;
    return `<rect x="${from.toFixed(1)}" y="${y}" width="${(value * scale).toFixed(1)}" height="${BAR}" fill="${colour}"/>`;
  });
  const middle = y + BAR - 4;
  return [
    `<text x="${LEFT - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
    ...rects,
    `<text x="${(x + 6).toFixed(1)}" y="${middle}">${escaped(figure)}</text>`,
  ].join('');
}
