import type { PhaseResult } from './summary.ts';

const [WIDTH, HEIGHT] = [860, 430];
const PLOT = { left: 60, right: 640, top: 60, bottom: 370 };
const [LEAST_MS, MOST_MS] = [0.5, 10_000];
const COLOURS = ['#1f5fa6', '#2e8b57', '#b8860b', '#b03a2e', '#6a4c93'];

/** Share of sidecars that deny, by time since the commit; on a logarithmic axis. */
export function toSvg(results: readonly PhaseResult[], footer: string): string {
  const ticks = [1, 10, 50, 100, 1000, 10_000].map(
    (ms) =>
      `<line x1="${x(ms)}" x2="${x(ms)}" y1="${PLOT.top}" y2="${PLOT.bottom}" stroke="${ms === 50 ? '#999' : '#e3e3e3'}"${ms === 50 ? ' stroke-dasharray="4 3"' : ''}/>` +
      `<text x="${x(ms)}" y="${PLOT.bottom + 18}" text-anchor="middle">${ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}</text>`,
  );
  const shares = [0, 0.5, 0.9, 1].map(
    (share) =>
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(share)}" y2="${y(share)}" stroke="#e3e3e3"/>` +
      `<text x="${PLOT.left - 8}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>Revocation: from commit to denial at each of three sidecars</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${PLOT.left}" y="28" font-size="16" font-weight="600">Revoked, and denied by each of three sidecars</text>`,
    `<text x="${PLOT.left}" y="46" fill="#555">Share of sidecars that deny, by time since COMMIT was sent; dashed: the target for p99, calm</text>`,
    ...ticks,
    ...shares,
    ...results.map(curve),
    ...results.map(legend),
    `<text x="${PLOT.left}" y="${HEIGHT - 14}" fill="#777" font-size="11">${escaped(footer)}</text>`,
    '</svg>\n',
  ].join('\n');
}

function curve({ seen }: PhaseResult, index: number): string {
  const sorted = seen
    .flat()
    .map(({ deniedMs }) => deniedMs)
    .sort((a, b) => a - b);
  const points = sorted.map((ms, place) => `${x(ms).toFixed(1)},${y((place + 1) / sorted.length).toFixed(1)}`);
  return `<polyline fill="none" stroke="${colour(index)}" stroke-width="2" points="${points.join(' ')}"/>`;
}

function legend({ phase, deniedMs }: PhaseResult, index: number): string {
  const top = PLOT.top + 14 + index * 46;
  return (
    `<rect x="${PLOT.right + 20}" y="${top - 9}" width="12" height="12" fill="${colour(index)}"/>` +
    `<text x="${PLOT.right + 38}" y="${top + 1}" font-weight="600">${escaped(phase)}</text>` +
    `<text x="${PLOT.right + 38}" y="${top + 17}" fill="#555">p50 ${deniedMs.p50}, p99 ${deniedMs.p99}, max ${deniedMs.max} ms</text>`
  );
}

function x(ms: number): number {
  const share = Math.log(Math.min(MOST_MS, Math.max(LEAST_MS, ms)) / LEAST_MS) / Math.log(MOST_MS / LEAST_MS);
  return PLOT.left + share * (PLOT.right - PLOT.left);
}

function y(share: number): number {
  return PLOT.bottom - share * (PLOT.bottom - PLOT.top);
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? '#000';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
