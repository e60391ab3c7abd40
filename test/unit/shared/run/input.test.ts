// Protects how a function's input is refused: once in the log and once as the invocation's error, naming every key that is wrong.
import { expect } from "chai";
import { deregisterInput } from "../../../../functions/deregister/input.ts";
import { readInput, readInputVariable, refuseVariable } from "../../../../shared/run/input.ts";
import { thrownBy } from "../../thrown.ts";
import { keptLog } from "../fake-ports.ts";

const right = { lifecycle_queue_name: "lifecycle", elb_monitor_queue_name: "monitor", cluster_name: "main" };
const wrong = { ...right, poll_seconds: "5", cluster: ["main"] };

describe("a function's input", () => {
  it("that is right is read as it is, and logged as the first line of the run", () => {
    const { log, lines } = keptLog();
    expect(readInput(deregisterInput, "deregister", right, log)).to.deep.equal(right);
    expect(lines).to.deep.equal([["info", "run started", right]]);
  });

  it("that is wrong names the function and every wrong key, in the error as in the log", async () => {
    const { log, lines } = keptLog();
    const thrown = await thrownBy(async () => readInput(deregisterInput, "deregister", wrong, log));
    expect(lines.map(([level, phrase]) => [level, phrase])).to.deep.equal([["error", "input refused"]]);
    const reason = lines[0]?.[2].reason;
    expect(reason)
      .to.match(/poll_seconds: .*found "5"/)
      .and.match(/cluster: unknown key/);
    expect(thrown).to.equal(`InputError: deregister: the scheduled event's input is wrong: ${reason}`);
  });

  it("that is no object is refused", async () => {
    for (const event of [undefined, null, "text", []]) {
      const { log, lines } = keptLog();
      const thrown = await thrownBy(async () => readInput(deregisterInput, "deregister", event, log));
      expect(thrown, String(event)).to.match(
        /^InputError: deregister: the scheduled event's input is wrong: /,
      );
      expect(lines).to.have.lengthOf(1);
    }
  });
});

describe("a function's input in the variable INPUT", () => {
  const read = async (text: string | undefined) => {
    const { log, lines } = keptLog();
    let input: unknown;
    const thrown = await thrownBy(async () => {
      input = readInputVariable(deregisterInput, "deregister", text, log);
    });
    return { input, lines, thrown };
  };

  it("is read from its JSON", async () => {
    const { input, lines } = await read(JSON.stringify(right));
    expect(input).to.deep.equal(right);
    expect(lines).to.deep.equal([["info", "run started", right]]);
  });

  it("that is wrong, no JSON, or not set is refused, and the variable named", async () => {
    const texts = [JSON.stringify(wrong), "{", "text", "7", "", undefined];
    for (const text of texts) {
      const { input, lines, thrown } = await read(text);
      expect(input, text).to.equal(undefined);
      const reason = lines[0]?.[2].reason;
      expect(lines, text).to.deep.equal([["error", "input refused", { variable: "INPUT", reason }]]);
      expect(thrown, text).to.equal(
        `InputError: deregister: the environment's variable INPUT is wrong: ${reason}`,
      );
    }
  });

  it("is told from one that is not set: what was found stands in the reason", async () => {
    expect((await read("text")).lines[0]?.[2].reason).to.include('found "text"');
    expect((await read(undefined)).lines[0]?.[2].reason).to.include("found nothing");
    expect((await read("")).lines[0]?.[2].reason).to.include("found nothing");
  });

  it("can be refused for another reason too", async () => {
    const { log, lines } = keptLog();
    const thrown = await thrownBy(async () => refuseVariable("INPUT", "deregister", "it is not set", log));
    expect(thrown).to.equal(
      "InputError: deregister: the environment's variable INPUT is wrong: it is not set",
    );
    expect(lines).to.deep.equal([["error", "input refused", { variable: "INPUT", reason: "it is not set" }]]);
  });
});
