/** A time as log lines show it. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** A duration as log lines show it: whole seconds. */
export function secondsBetween(from: number, to: number): number {
  return Math.round((to - from) / 1000);
}
