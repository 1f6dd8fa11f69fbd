/** A straight line through measurements, and how far it can be believed. */
export interface Trend {
  mean: number;
  /** Per unit of x, with the bounds of its 95 % interval. */
  slope: number;
  least: number;
  most: number;
}

/** Of a normal distribution, between which 95 % lies; there are always dozens of points. */
const Z95 = 1.96;

/**
 * Least squares. Neighbouring points are alike (a heap rises and falls for minutes), so that they count as fewer points:
 * n(1 − r)/(1 + r), where r is the correlation of each residual with the next.
 * @throws Error for fewer than three points
 */
export function trendOf(points: readonly (readonly [x: number, y: number])[]): Trend {
  const n = points.length;
  if (n < 3) throw new Error('a trend needs three points at least');
  const meanOf = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / n;
  const [meanX, mean] = [meanOf(0), meanOf(1)];
  const spreadX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - mean), 0) / spreadX;
  const residuals = points.map(([x, y]) => y - mean - slope * (x - meanX));
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  const r = Math.max(0, likenessOf(residuals, squares));
  const counted = Math.max(3, (n * (1 - r)) / (1 + r));
  const error = Math.sqrt(squares / n / (counted - 2) / (spreadX / n));
  return { mean, slope, least: slope - Z95 * error, most: slope + Z95 * error };
}

function likenessOf(residuals: readonly number[], squares: number): number {
  if (squares === 0) return 0;
  return residuals.reduce((sum, residual, i) => sum + residual * (residuals[i + 1] ?? 0), 0) / squares;
}
