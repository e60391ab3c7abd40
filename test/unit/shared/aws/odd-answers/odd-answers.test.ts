// Protects against odd answers: what lacks something, or has something in it that nobody knows, is never taken for gone.
import { expect } from "chai";
import { OddAnswer } from "../../../../../shared/base/errors.ts";
import { ODD_ANSWERS } from "./all.ts";
import type { OddRow } from "./row.ts";

/** What an adapter made of an answer, in the words of the table. */
function outcomeOf(result: unknown): Pick<OddRow, "does" | "field" | "value"> | undefined {
  const all = result instanceof Map ? [...result.values()] : Array.isArray(result) ? result : [result];
  for (const each of all) {
    if (each instanceof OddAnswer) return { does: "unread alone", field: each.field, value: each.value };
    if (typeof each !== "object" || each === null) continue;
    if ("odd" in each && each.odd instanceof OddAnswer)
      return { does: "there", field: each.odd.field, value: each.odd.value };
    if ("failed" in each) return { does: "failed", field: "reason", value: each.failed[0]?.reason };
  }
  return undefined;
}

async function made({ ask }: OddRow): Promise<{ outcome: unknown; action: string | undefined }> {
  try {
    const result = await ask();
    return { outcome: outcomeOf(result), action: undefined };
  } catch (error) {
    if (!(error instanceof OddAnswer)) throw error;
    const { field, value, action } = error;
    return { outcome: { does: "unread", field, value }, action };
  }
}

for (const row of ODD_ANSWERS) {
  const { action, answer, does, field, value } = row;
  it(`${action}: ${answer}: ${does}`, async () => {
    const found = await made(row);
    expect(found.outcome).to.deep.equal({ does, field, value });
    if (found.action !== undefined) expect(found.action).to.equal(action);
  });
}

it("an odd answer tells no more than the beginning of its value", () => {
  expect(new OddAnswer("ecs:DescribeTasks", "lastStatus", "x".repeat(1_000)).value).to.have.lengthOf(100);
});
