// Protects what an unknown key may have meant: a slip, another way to write it, or a part of it; and nothing that is unlike it.
import { expect } from "chai";
import { meant } from "../../../../shared/base/meant.ts";

const KEYS = [
  "elb_name",
  "elb_names",
  "cluster_name",
  "cluster_names",
  "drain_timeout_seconds",
  "settle_seconds",
  "poll_seconds",
  "on_timeout",
  "stop_tasks",
];

/** [the unknown key, what it may have meant] */
const rows: [string, string[]][] = [
  ["drain_timout_seconds", ["drain_timeout_seconds"]],
  ["drain_timeout_secodns", ["drain_timeout_seconds"]],
  ["drainTimeoutSeconds", ["drain_timeout_seconds"]],
  ["Drain-Timeout-Seconds", ["drain_timeout_seconds"]],
  ["drain_timeout", ["drain_timeout_seconds"]],
  ["drain_timeout_second", ["drain_timeout_seconds"]],
  ["settle", ["settle_seconds"]],
  ["cluster", ["cluster_name", "cluster_names"]],
  ["clustername", ["cluster_name"]],
  ["elb_nmae", ["elb_name"]],
  ["elb_namess", ["elb_names"]],
  ["stop_task", ["stop_tasks"]],
  ["seconds", ["poll_seconds", "settle_seconds"]],
  ["my_drain_timeout_seconds_for_web", ["drain_timeout_seconds"]],
  ["team", []],
  ["on", []],
  ["", []],
  ["environment", []],
  ["x".repeat(4_000), []],
];

describe("what an unknown key may have meant", () => {
  for (const [key, words] of rows)
    it(`${key.slice(0, 40)}: ${words.join(" or ") || "nothing"}`, () =>
      expect(meant(key, KEYS)).to.deep.equal(words));

  it("is nothing where nothing is known", () => expect(meant("team", [])).to.deep.equal([]));

  it("as many slips as a word allows are one, and one more is none", () => {
    expect(meant("abcdefghijxyz", ["abcdefghijklm"])).to.deep.equal(["abcdefghijklm"]);
    expect(meant("abcdefghixxyz", ["abcdefghijklm"])).to.deep.equal([]);
    expect(meant("abx", ["abc"])).to.deep.equal([]);
    expect(meant("abcx", ["abcd"])).to.deep.equal(["abcd"]);
  });
});
