// Protects how little is asked of load balancers, and that one is never taken for another that had its name before.
import { expect } from "chai";
import type { LoadBalancerPort } from "../../../../shared/aws/load-balancer-port.ts";
import type { LoadBalancer } from "../../../../shared/model/load-balancer.ts";
import type { RegisteredTarget } from "../../../../shared/model/registration.ts";
import { readLoadBalancers } from "../../../../shared/observe/read-load-balancers.ts";
import { Run } from "../../../../shared/run/run.ts";
import { failure } from "../act/carrying-out.ts";
import { portOf, untouchablePorts } from "../fake-ports.ts";

const group = (name: string, id = "1"): LoadBalancer => ({
  kind: "target",
  id: `arn:${name}/${id}`,
  name,
  targetType: "instance",
  network: false,
});
const target: RegisteredTarget = {
  id: "i-1",
  port: 80,
  state: "registered",
  invalid: false,
  pointsAt: [80],
};

/** Reads in one pass or more of one run. `groups` are those that there are; `asked` is what each call named. */
async function play(
  names: Readonly<Record<string, readonly string[]>>,
  known: Readonly<Record<string, LoadBalancer>>,
  groups: readonly LoadBalancer[],
  { passes = 1, throttled = [] }: { passes?: number; throttled?: readonly string[] } = {},
) {
  const { ports } = untouchablePorts();
  const asked: string[] = [];
  const answer = <T>(what: string, value: T): T => {
    asked.push(what);
    if (throttled.includes(what)) throw failure("throttled");
    return value;
  };
  const port: LoadBalancerPort = {
    ...portOf(ports, "target"),
    kind: "target",
    describe: async (nameOrArn) =>
      answer(
        nameOrArn,
        groups.find(({ name, id }) => [name, id].includes(nameOrArn)),
      ),
    targets: async (arn, instanceIds) =>
      answer(
        `targets of ${arn} for ${instanceIds.join(" ")}`,
        groups.some(({ id }) => id === arn) ? [target] : undefined,
      ),
  };
  const run = new Run(ports, Number.POSITIVE_INFINITY);
  const asksAbout = { names: new Map(Object.entries(names)), known: new Map(Object.entries(known)) };
  const read = () => readLoadBalancers(run, port, asksAbout);
  let found = await read();
  for (let i = 1; i < passes; i++) found = await read();
  return { asked, ...found };
}

describe("reading load balancers of one kind", () => {
  it("describes each once a run, and asks for the targets of each in each pass", async () => {
    const { asked, resolved, targets } = await play({ web: ["i-1"] }, {}, [group("web")], { passes: 2 });
    expect(asked).to.deep.equal(["web", "targets of arn:web/1 for i-1", "targets of arn:web/1 for i-1"]);
    expect(resolved.get("web")).to.deep.equal({ value: group("web") });
    expect(targets.get("arn:web/1")).to.deep.equal({ value: [target] });
  });

  it("asks a group once for its targets, by whatever it is named, about the instances of all its names", async () => {
    const { asked } = await play({ web: ["i-1", "i-2"], "arn:web/1": ["i-2", "i-3"] }, {}, [group("web")]);
    expect(asked).to.deep.equal(["web", "arn:web/1", "targets of arn:web/1 for i-1 i-2 i-3"]);
  });

  it("describes none that a message knows", async () => {
    const { asked, resolved } = await play({ web: ["i-1"] }, { web: group("web") }, [group("web")]);
    expect(asked).to.deep.equal(["targets of arn:web/1 for i-1"]);
    expect(resolved.get("web")).to.deep.equal({ value: group("web") });
  });

  it("finds the one that got the name of one that a message knows and that is gone, in the same pass", async () => {
    const { asked, resolved, targets } = await play(
      { web: ["i-1"] },
      { web: group("web") },
      [group("web", "2")],
      {
        passes: 2,
      },
    );
    expect(asked).to.deep.equal([
      "targets of arn:web/1 for i-1",
      "web",
      "targets of arn:web/2 for i-1",
      "targets of arn:web/2 for i-1",
    ]);
    expect(resolved.get("web")).to.deep.equal({ value: group("web", "2") });
    expect(targets.get("arn:web/2")).to.deep.equal({ value: [target] });
  });

  it("describes one that is gone altogether once a run", async () => {
    const { asked, resolved } = await play({ web: ["i-1"] }, { web: group("web") }, [], { passes: 2 });
    expect(asked).to.deep.equal(["targets of arn:web/1 for i-1", "web"]);
    expect(resolved.get("web")).to.deep.equal({ value: undefined });
  });

  it("takes targets that could not be read neither for gone nor for none", async () => {
    const { asked, targets } = await play({ web: ["i-1"] }, { web: group("web") }, [group("web")], {
      throttled: ["targets of arn:web/1 for i-1"],
    });
    expect(asked).to.deep.equal(["targets of arn:web/1 for i-1"]);
    expect(targets.get("arn:web/1")).to.have.property("unread");
  });

  it("keeps the kinds apart: two of one name are two", async () => {
    const { ports } = untouchablePorts();
    const run = new Run(ports, Number.POSITIVE_INFINITY);
    const asked: string[] = [];
    const portFor = (kind: string): LoadBalancerPort => ({
      ...portOf(ports, "target"),
      kind,
      describe: async (name) => {
        asked.push(`${kind} ${name}`);
        return { ...group(name), kind };
      },
      targets: async () => [],
    });
    const asksAbout = { names: new Map([["web", ["i-1"]]]), known: new Map() };
    const kinds = [];
    for (const kind of ["one", "other", "one"]) {
      const { resolved } = await readLoadBalancers(run, portFor(kind), asksAbout);
      kinds.push(resolved.get("web"));
    }
    expect(asked).to.deep.equal(["one web", "other web"]);
    expect(kinds).to.deep.equal(
      ["one", "other", "one"].map((kind) => ({ value: { ...group("web"), kind } })),
    );
  });

  it("says of a group that could not be described that it is not known", async () => {
    const { resolved } = await play({ web: ["i-1"] }, {}, [group("web")], { throttled: ["web"] });
    expect(resolved.get("web")).to.have.property("unread");
  });
});
