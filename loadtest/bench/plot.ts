import { type Measurement, ratioToBare } from './measurement.ts';

const WIDTH = 760;
const LEFT = 240;
const RIGHT = 140;
const BAR = 18;
const STEP = 26;
const TOP = 64;
const COLOURS = { tcp: '#2b6cb0', unix: '#dd8a0c' };

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Horizontal bars of CPU µs per request, one group for each number of connections; as SVG text. */
export function toSvg(rows: readonly Measurement[], subtitle: string): string {
  const ordered = [...rows].sort((a, b) => b.connections - a.connections);
  const widest = Math.max(...ordered.map((row) => row.cpuUs));
  const height = TOP + ordered.length * STEP + 20;
  const bars = ordered.map((row, i) => bar(row, { y: TOP + i * STEP, scale: (WIDTH - LEFT - RIGHT) / widest, rows }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    '<text x="16" y="24" font-size="16" font-weight="bold">Server CPU per request, µs (shorter is better)</text>',
    `<text x="16" y="44" fill="#555">${escaped(subtitle)}</text>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

function bar(row: Measurement, { y, scale, rows }: { y: number; scale: number; rows: readonly Measurement[] }): string {
  const length = row.cpuUs * scale;
  const label = `${row.server}, ${row.transport}, ${row.connections} conn.`;
  const figure = `${row.cpuUs.toFixed(1)} µs · ${ratioToBare(row, rows).toFixed(2)} ×`;
  const middle = y + BAR - 5;
  return [
    `<text x="${LEFT - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
    `<rect x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" fill="${COLOURS[row.transport]}"/>`,
    `<text x="${(LEFT + length + 6).toFixed(1)}" y="${middle}">${figure}</text>`,
  ].join('');
}
