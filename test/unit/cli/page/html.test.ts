// Protects the report page as a file: it loads nothing, and no name in it can become markup or script.
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { pageOf } from "../../../../cli/page/html.ts";
import type { Run } from "../../../../cli/page/model.ts";

const run: Run = {
  title: '</title><script>alert("1")</script>',
  source: "</script>",
  startedAt: 0,
  seconds: 10,
  summary: [],
  missing: [],
  rows: [],
  losses: [],
  curves: [],
};

describe("the report page", () => {
  const page = pageOf([run, { ...run, title: "b & c" }], (name) => `/* ${name} */`);

  it("has its style, its script and its runs in it, and asks for nothing else", () => {
    expect(page).to.include("/* page.css */").and.include("/* page.js */");
    expect(page).to.not.match(/\b(src|href)=|https?:|@import/);
    const [, data = ""] = /id="data">([^<]*)</.exec(page) ?? [];
    expect(JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString()).runs[0]).to.deep.equal(run);
  });

  it("takes no title for markup", () => {
    expect(page).to.include(
      "<title>&lt;/title>&lt;script>alert(&quot;1&quot;)&lt;/script> and b &amp; c: asg-drain</title>",
    );
    expect(page.match(/<script/g)).to.have.length(2);
  });
});
