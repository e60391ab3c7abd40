/** Something that the command line says is wrong. */
export class OptionsError extends Error {
  override name = "OptionsError";
}
