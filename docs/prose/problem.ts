/** Something to correct in a text. */
export type Problem = { readonly file: string; readonly line: number; readonly message: string };
