// Protects what a call that fails tells: which action it was, why, and what may count as an answer all the same.
import { expect } from "chai";
import { call, unlessGone } from "../../../../shared/aws/call.ts";
import { AwsCallError } from "../../../../shared/base/errors.ts";

const error = (name: string, fields: object = {}, message = "") =>
  Object.assign(new Error(message), { name }, fields);

describe("failed calls", () => {
  it("say which action failed, and keep their cause", async () => {
    const cause = error("AccessDeniedException", { $metadata: { httpStatusCode: 400 } }, "no");
    const failed = await call("ecs:ListTasks", () => Promise.reject(cause)).catch(
      (caught: unknown) => caught,
    );
    expect(failed).to.be.instanceOf(AwsCallError);
    expect(failed).to.include({ action: "ecs:ListTasks", kind: "denied", cause });
    expect(String(failed)).to.equal("AwsCallError: ecs:ListTasks: denied: AccessDeniedException: no");
  });

  it("of what does not exist is no failure where nothing is an answer, and any other is", async () => {
    const failing = (name: string) => () => call("ecs:ListTasks", () => Promise.reject(error(name)));
    expect(await unlessGone(failing("ClusterNotFoundException"))).to.equal(undefined);
    expect(await unlessGone(async () => "answer")).to.equal("answer");
    const thrown = await unlessGone(failing("AccessDenied")).catch((caught: unknown) => caught);
    expect(thrown).to.be.instanceOf(AwsCallError).and.include({ kind: "denied" });
  });
});
