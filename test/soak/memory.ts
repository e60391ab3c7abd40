/** What the heap may grow by in a simulated day, in bytes: well above its noise, far below what a day leaves behind. */
export const TOLERANCE = 200_000;

/** The first third of the days is warm-up: what is compiled and cached is not yet all there. */
const WARM_UP = 1 / 3;
/** Fewer days than this after the warm-up say nothing. */
const LEAST_DAYS = 3;

/** Whether the heap stays flat, and by how many bytes it grows in a day. */
export type Growth = { readonly perDay: number; readonly isFlat: boolean; readonly text: string };

/**
 * By how much the heap grows in a day: the least-squares slope over the days after the warm-up.
 *
 * @param heaps what is left on it after a forced collection at the end of each day, in bytes
 */
export function growthOf(heaps: readonly number[]): Growth {
  const from = Math.ceil(heaps.length * WARM_UP);
  const measured = heaps.slice(from);
  if (measured.length < LEAST_DAYS) {
    const text = `memory: ${measured.length} days after the warm-up are too few to judge it; ${LEAST_DAYS} are needed`;
    return { perDay: Number.NaN, isFlat: false, text };
  }
  const perDay = slope(measured);
  const isFlat = perDay <= TOLERANCE;
  const figures = `${megabytes(perDay)} MB a day, by least squares over days ${from + 1} to ${heaps.length}; at most ${megabytes(TOLERANCE)} are allowed`;
  return { perDay, isFlat, text: `memory: ${isFlat ? "flat" : "GROWS"}: ${figures}` };
}

/** Bytes as megabytes, with two decimals. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}

function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const above = values.reduce((sum, each, i) => sum + (i - middle) * (each - mean), 0);
  const below = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return above / below;
}
