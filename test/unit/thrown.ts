/** What a run throws, as text. */
export async function thrownBy(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return String(error);
  }
  return "nothing was thrown";
}
