/** The sum of some numbers. */
export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}

/** Their mean. */
export function mean(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}

/** The least value that a share of the numbers, from 0 to 1, does not exceed. Throws an Error where one is no number. */
export function percentile(numbers: readonly number[], share: number): number {
  if (numbers.length === 0 || !numbers.every(Number.isFinite))
    throw new Error(`bench: expected some numbers, found [${numbers}]`);
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A number to some decimals, as a number: what is printed and what is written are then the same. */
export function rounded(value: number, decimals = 1): number {
  return Number(value.toFixed(decimals));
}
