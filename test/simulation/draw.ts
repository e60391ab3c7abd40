import type { Random } from "../../simulator/kernel/random.ts";

/** One of the values, each as likely as its weight. */
export function weighted<T>(random: Random, choices: readonly (readonly [weight: number, value: T])[]): T {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0);
  let left = random.fraction() * total;
  for (const [weight, value] of choices) {
    left -= weight;
    if (left < 0) return value;
  }
  return (choices.at(-1) as readonly [number, T])[1];
}

/** Keys that are there in `probability` of the draws. */
export function some<T extends object>(
  random: Random,
  probability: number,
  keys: T,
): T | Record<string, never> {
  return random.chance(probability) ? keys : {};
}
