import type { Fields } from "../base/log.ts";
import type { CutOff } from "../model/cut-off.ts";
import { blockersText } from "./blocker-text.ts";

/** What the log says of a drain that was cut off: what was left, and the setting that would have given it more time. */
export function cutOffFields({ left, setting }: CutOff): Fields {
  return {
    outcome: "cut off",
    left: left === undefined ? "unknown: nobody could look" : blockersText(left),
    ...(setting === undefined ? {} : { setting }),
  };
}
