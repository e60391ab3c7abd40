// Protects how little is asked of target groups, and that one is never taken for another that had its name before.
import { expect } from "chai";
import type { TargetGroup } from "../../../../shared/aws/elbv2.ts";
import { readTargetGroups } from "../../../../shared/observe/target-groups.ts";
import type { Ports } from "../../../../shared/run/ports.ts";
import { Run } from "../../../../shared/run/run.ts";
import { failure } from "../act/carrying-out.ts";
import { untouchablePorts } from "../fake-ports.ts";

const group = (name: string, id = "1"): TargetGroup => ({
  arn: `arn:${name}/${id}`,
  name,
  targetType: "instance",
  network: false,
});
const target = { id: "i-1", port: 80, state: "registered", invalid: false } as const;

/** Looks once or more in one run. `groups` are those that there are; `asked` is what each call named. */
async function play(
  names: readonly string[],
  known: Readonly<Record<string, TargetGroup>>,
  groups: readonly TargetGroup[],
  { looks = 1, throttled = [] }: { looks?: number; throttled?: readonly string[] } = {},
) {
  const { ports: untouchable } = untouchablePorts();
  const asked: string[] = [];
  const answer = <T>(what: string, value: T): T => {
    asked.push(what);
    if (throttled.includes(what)) throw failure("throttled");
    return value;
  };
  const ports: Ports = {
    ...untouchable,
    targetGroups: {
      ...untouchable.targetGroups,
      describe: async (nameOrArn) =>
        answer(
          nameOrArn,
          groups.find(({ name, arn }) => [name, arn].includes(nameOrArn)),
        ),
      targets: async (arn) =>
        answer(`targets of ${arn}`, groups.some((each) => each.arn === arn) ? [target] : undefined),
    },
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const reconcile = () => readTargetGroups(run, new Set(names), new Map(Object.entries(known)));
  let found = await reconcile();
  for (let i = 1; i < looks; i++) found = await reconcile();
  return { asked, ...found };
}

describe("reading target groups", () => {
  it("describes each once a run, and asks for the targets of each in each look", async () => {
    const { asked, resolved, targets } = await play(["web"], {}, [group("web")], { looks: 2 });
    expect(asked).to.deep.equal(["web", "targets of arn:web/1", "targets of arn:web/1"]);
    expect(resolved.get("web")).to.deep.equal({ value: group("web") });
    expect(targets.get("arn:web/1")).to.deep.equal({ value: [target] });
  });

  it("asks a group once for its targets, by whatever it is named", async () => {
    const { asked } = await play(["web", "arn:web/1"], {}, [group("web")]);
    expect(asked).to.deep.equal(["web", "arn:web/1", "targets of arn:web/1"]);
  });

  it("describes none that a message knows", async () => {
    const { asked, resolved } = await play(["web"], { web: group("web") }, [group("web")]);
    expect(asked).to.deep.equal(["targets of arn:web/1"]);
    expect(resolved.get("web")).to.deep.equal({ value: group("web") });
  });

  it("finds the one that got the name of one that a message knows and that is gone, in the same look", async () => {
    const { asked, resolved, targets } = await play(["web"], { web: group("web") }, [group("web", "2")], {
      looks: 2,
    });
    expect(asked).to.deep.equal([
      "targets of arn:web/1",
      "web",
      "targets of arn:web/2",
      "targets of arn:web/2",
    ]);
    expect(resolved.get("web")).to.deep.equal({ value: group("web", "2") });
    expect(targets.get("arn:web/2")).to.deep.equal({ value: [target] });
  });

  it("describes one that is gone altogether once a run", async () => {
    const { asked, resolved } = await play(["web"], { web: group("web") }, [], { looks: 2 });
    expect(asked).to.deep.equal(["targets of arn:web/1", "web"]);
    expect(resolved.get("web")).to.deep.equal({ value: undefined });
  });

  it("takes targets that could not be read neither for gone nor for none", async () => {
    const { asked, targets } = await play(["web"], { web: group("web") }, [group("web")], {
      throttled: ["targets of arn:web/1"],
    });
    expect(asked).to.deep.equal(["targets of arn:web/1"]);
    expect(targets.get("arn:web/1")).to.have.property("unread");
  });

  it("says of a group that could not be described that it is not known", async () => {
    const { resolved } = await play(["web"], {}, [group("web")], { throttled: ["web"] });
    expect(resolved.get("web")).to.have.property("unread");
  });
});
