// Protects when dry run is on. What it then says stands beside what is carried out.
import { expect } from "chai";
import { isDryRun } from "../../../../shared/run/dry-run-switch.ts";
import { keptLog } from "../fake-ports.ts";

describe("whether dry run is on", () => {
  /** [the input's key, the environment's DRYRUN, whether it is on, whether that is warned about] */
  const table: [boolean | undefined, string | undefined, boolean, boolean][] = [
    [undefined, undefined, false, false],
    [false, undefined, false, false],
    [true, undefined, true, false],
    [undefined, "", false, false],
    [true, "", true, false],
    [undefined, "1", true, false],
    [undefined, "true", true, false],
    [false, "yes, please", true, false],
    [undefined, "0", true, true],
    [undefined, "false", true, true],
    [undefined, " False ", true, true],
    [undefined, "no", true, true],
    [undefined, "off", true, true],
    [true, "false", true, true],
  ];
  for (const [input, dryRunVariable, on, warns] of table) {
    it(`dry_run: ${input}, DRYRUN=${JSON.stringify(dryRunVariable)}: ${on ? "on" : "off"}${warns ? ", with a warning" : ""}`, () => {
      const { log, lines } = keptLog();
      expect(isDryRun(input, { log, dryRunVariable })).to.equal(on);
      expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal(
        warns ? [["warn", "DRYRUN is set"]] : [],
      );
    });
  }
});
