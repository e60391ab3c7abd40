// Protects when the containers of a task start and exit: the last one decides when an instance is empty.
import { expect } from "chai";
import { exitSeconds, startSeconds, wrongDependency } from "../../../../simulator/services/ecs/containers.ts";
import type { Container, TaskDefinition } from "../../../../simulator/services/ecs/model.ts";

const container = (name: string, change: Partial<Container> = {}): Container => ({
  name,
  essential: true,
  ports: [],
  stopTimeout: 30,
  dependsOn: [],
  startSeconds: 2,
  stopSeconds: 5,
  runSeconds: undefined,
  ...change,
});
const of = (...containers: Container[]) => ({ containers }) as unknown as TaskDefinition;

describe("the containers of a task", () => {
  it("start after those that they depend on", () => {
    const proxy = container("proxy", { startSeconds: 3 });
    expect(startSeconds(of(container("main"), proxy))).to.equal(3);
    expect(startSeconds(of(container("main", { dependsOn: ["proxy"] }), proxy))).to.equal(5);
  });

  const exits: [string, Container[], string[], Record<string, number>][] = [
    ["by themselves", [container("main")], [], { main: 5 }],
    ["by SIGKILL after their own stop timeout", [container("main", { stopTimeout: 2 })], [], { main: 2 }],
    [
      "after those that depend on them",
      [container("main", { dependsOn: ["proxy"] }), container("proxy", { stopTimeout: 1 })],
      [],
      { main: 5, proxy: 6 },
    ],
    [
      "at once where those that depend on them have exited before",
      [container("main", { dependsOn: ["proxy"] }), container("proxy")],
      ["main"],
      { main: 0, proxy: 5 },
    ],
  ];
  for (const [what, containers, ended, expected] of exits) {
    it(`exit ${what}`, () => {
      expect(Object.fromEntries(exitSeconds(of(...containers), new Set(ended)))).to.deep.equal(expected);
    });
  }

  it("must not depend on each other, nor on what is not there", () => {
    expect(wrongDependency([container("a", { dependsOn: ["b"] }), container("b")])).to.equal(undefined);
    expect(
      wrongDependency([container("a", { dependsOn: ["b"] }), container("b", { dependsOn: ["a"] })]),
    ).to.equal("a");
    expect(wrongDependency([container("a", { dependsOn: ["lost"] })])).to.equal("a");
  });
});
