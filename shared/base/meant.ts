/** How many known words an unknown one is given as what it may have meant. */
const MEANT_LIMIT = 2;
/** A word is only looked for in others from this length on: a shorter one is in many by chance. */
const PART_LENGTH = 3;

/**
 * The known words that an unknown one may have meant, the closest first. A slip of a few letters makes them the same, or one is a
 * part of the other. Capitals, hyphens and underscores do not count. Empty if it is like none.
 */
export function meant(unknown: string, known: readonly string[]): string[] {
  const plain = plainOf(unknown);
  // A longer one is like no word, and would take long to compare.
  if (plain.length > 2 * Math.max(0, ...known.map(({ length }) => length))) return [];
  const distances = known.map((word) => ({ word, distance: distanceOf(plain, plainOf(word)) }));
  const close = distances.filter(({ word, distance }) => distance <= slipsIn(plainOf(word)));
  const best = Math.min(...close.map(({ distance }) => distance));
  const slips = close.filter(({ distance }) => distance === best).map(({ word }) => word);
  if (slips.length > 0) return slips.slice(0, MEANT_LIMIT);
  const isPart = (word: string) =>
    plain.length >= PART_LENGTH && (plainOf(word).includes(plain) || plain.includes(plainOf(word)));
  return distances
    .filter(({ word }) => isPart(word))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MEANT_LIMIT)
    .map(({ word }) => word);
}

function plainOf(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, "");
}

// A slip in four letters is likely, and more than three slips are no slip.
function slipsIn(word: string): number {
  return Math.min(3, Math.floor(word.length / 4));
}

// How many letters must be changed, added, left out, or swapped with the next one, to make one word the other.
function distanceOf(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const added = Math.min(last[j] as number, row[j - 1] as number) + 1;
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (before[j - 2] as number) + 1 : changed;
      row.push(Math.min(changed, added, swapped));
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
