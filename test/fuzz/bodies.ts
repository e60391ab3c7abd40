// Bodies and inputs: forms as they are, wrong in some places, or with something large in them.
import type { Random } from "../../simulator/kernel/random.ts";
import { brokenText, brokenValue, type Put } from "./break.ts";
import { type Json, type Large, largeValue, oddValue, textOf } from "./draw.ts";

/** How many bytes of UTF-8 a body may have, and whether it has nearly as many. */
export type Size = { readonly size: number; readonly large: boolean };

/** What is odd in a large body besides what is large. */
const SMALL_BYTES = 1_024;
/** Stands in a form for what is large until it is known how large that may be; no form has it. */
const PLACE = "what is large";

const asItIs = (body: string) => body;

/**
 * A body of about a size, out of a form.
 *
 * @param wrap puts it into an envelope, which counts
 */
export function bodyOf(random: Random, form: Json, { size, large }: Size, wrap = asItIs): string {
  return large ? largeBody(random, form, size, wrap) : smallBody(random, form, size, wrap);
}

// A form as it is, wrong in its values, wrong in its text, or something else altogether.
function smallBody(random: Random, form: Json, size: number, wrap: (body: string) => string): string {
  const way = random.fraction();
  for (let room = size; ; room = room >> 1) {
    const body = wrap(
      (() => {
        if (way < 0.1) return textOf(form);
        if (way < 0.65) return textOf(brokenValue(random, form, oddPuts(random, room)));
        if (way < 0.95) return brokenText(random, textOf(form));
        return textOf(oddValue(random, room, []));
      })(),
    );
    if (Buffer.byteLength(body) <= size || room < 64) return body;
  }
}

// With one large value in one of its places, as large as there is room for: less than the value's part is missing.
function largeBody(random: Random, form: Json, size: number, wrap: (body: string) => string): string {
  const odd = random.chance(0.3) ? oddPuts(random, SMALL_BYTES) : [];
  for (;;) {
    let large: Large = () => "";
    const put: Put = (each, known) => {
      large = largeValue(each, known);
      return PLACE;
    };
    const [before, after, ...others] = textOf(brokenValue(random, form, [...odd, put])).split(
      JSON.stringify(PLACE),
    );
    // Now and then something is taken out instead.
    if (before === undefined || after === undefined || others.length > 0) continue;
    const filled = (times: number) => wrap(before + large(times) + after);
    const [none = 0, one = 0] = [0, 1].map((times) => Buffer.byteLength(filled(times)));
    return filled(Math.floor((size - none) / (one - none)));
  }
}

function oddPuts(random: Random, room: number): Put[] {
  const odd: Put = (each, known) => oddValue(each, room >> 2, known);
  return Array.from({ length: random.whole(1, 3) }, () => odd);
}
