// Protects whose memory counts: the variable with the roles' ids is read or refused as a whole, and a sender is known by its role.
import { expect } from "chai";
import { areSendersKnown, isSentByRole, readSenderRoleIds } from "../../../../shared/run/sender-role-ids.ts";
import { thrownBy } from "../../thrown.ts";
import { keptLog } from "../fake-ports.ts";

const ONE = "AROAEXAMPLEROLEIDAAA1";
const TWO = "AROAEXAMPLEROLEIDBBB2";
const EXPECTED = "expected ids of IAM roles such as AROA1EXAMPLE2EXAMPLE3, separated by commas";

describe("the variable SENDER_ROLE_IDS", () => {
  /** [the text, the ids] */
  const right: [string | undefined, string[] | undefined][] = [
    [ONE, [ONE]],
    [`${ONE},${TWO}`, [ONE, TWO]],
    [` ${ONE} , ${TWO}\n`, [ONE, TWO]],
    ["AROA123456789012", ["AROA123456789012"]],
    [`AROA${"A".repeat(124)}`, [`AROA${"A".repeat(124)}`]],
    [undefined, undefined],
    ["", undefined],
  ];
  for (const [text, ids] of right) {
    it(`${JSON.stringify(text)}: ${ids ? `${ids.length} ids` : "nobody says"}`, () => {
      const { log, lines } = keptLog();
      const read = readSenderRoleIds("terminate", text, log);
      expect(read && [...read]).to.deep.equal(ids);
      expect(lines).to.deep.equal([]);
    });
  }

  /** [what is wrong, the text, what is told of it] */
  const wrong: [string, string, string][] = [
    ["an ARN", "arn:aws:iam::123456789012:role/terminate", "[0]: "],
    ["a name", `${ONE},terminate`, "[1]: "],
    ["a user's id", `AIDA${ONE.slice(4)}`, "[0]: "],
    ["a sender's id with its session", `${ONE}:terminate`, "[0]: "],
    ["something before it", `x${ONE}`, "[0]: "],
    ["too short", "AROA12345678901", "[0]: "],
    ["too long", `AROA${"A".repeat(125)}`, "[0]: "],
    ["lower case", ONE.toLowerCase(), "[0]: "],
    ["nothing after a comma", `${ONE},`, "[1]: "],
    ["only a space", " ", "[0]: "],
    ["what CloudFormation did not resolve", `\${TerminateRole.RoleId}`, "[0]: "],
  ];
  for (const [what, text, where] of wrong) {
    it(`${what}: one error that names the variable, and what was found`, async () => {
      const { log, lines } = keptLog();
      const thrown = await thrownBy(async () => readSenderRoleIds("terminate", text, log));
      const reason = lines[0]?.[2].reason;
      expect(lines).to.deep.equal([["error", "input refused", { variable: "SENDER_ROLE_IDS", reason }]]);
      expect(reason).to.match(/, found "/);
      expect(String(reason)).to.include(`${where}${EXPECTED}`);
      expect(thrown).to.equal(
        `InputError: terminate: the environment's variable SENDER_ROLE_IDS is wrong: ${reason}`,
      );
    });
  }

  it("each part that is wrong is told", async () => {
    const { log, lines } = keptLog();
    await thrownBy(async () => readSenderRoleIds("deregister", `one,${ONE},two`, log));
    expect(lines[0]?.[2].reason).to.equal(`[0]: ${EXPECTED}, found "one"; [2]: ${EXPECTED}, found "two"`);
  });
});

describe("senders", () => {
  for (const [variable, expected] of [
    [undefined, false],
    ["", false],
    [ONE, true],
  ] as const) {
    it(`${JSON.stringify(variable)}: they are ${expected ? "known" : "not known"}`, () => {
      expect(areSendersKnown({ senderRoleIdsVariable: variable })).to.equal(expected);
    });
  }
});

describe("a sender", () => {
  /** [what SQS says, whether it is one of the roles] */
  const senders: [string | undefined, boolean][] = [
    [`${ONE}:asg-drain-live-terminate`, true],
    [`${TWO}:asg-drain-live-deregister`, true],
    [`${ONE}:${TWO}`, true],
    [ONE, true],
    [`AROASOMEBODYELSEXXXX1:${ONE}`, false],
    [`${ONE}X:terminate`, false],
    [`${ONE.slice(0, -1)}:terminate`, false],
    ["AIDAEXAMPLEUSERID0001", false],
    [`:${ONE}`, false],
    ["123456789012", false],
    ["", false],
    [undefined, false],
  ];
  for (const [senderId, expected] of senders) {
    it(`${JSON.stringify(senderId)} is ${expected ? "one of the roles" : "none of the roles"}`, () => {
      expect(isSentByRole(senderId, new Set([ONE, TWO]))).to.equal(expected);
    });
  }
});
