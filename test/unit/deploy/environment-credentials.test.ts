// Protects where the bundled functions find their credentials: in what Lambda puts into the environment, and nowhere else.
import { expect } from "chai";

type Provider = () => Promise<Record<string, string>>;
const KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;

describe("the bundles' credentials", () => {
  const before = KEYS.map((key) => [key, process.env[key]] as const);
  let provider: Provider;

  beforeEach(async () => {
    const path = new URL("../../../deploy/environment-credentials.mjs", import.meta.url).href;
    const { defaultProvider } = (await import(path)) as { defaultProvider: () => Provider };
    provider = defaultProvider();
    for (const key of KEYS) delete process.env[key];
  });
  after(() => {
    for (const [key, value] of before) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  });

  it("are the environment's three", async () => {
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
    });
    expect(await provider()).to.deep.equal({
      accessKeyId: "key",
      secretAccessKey: "secret",
      sessionToken: "token",
    });
  });

  it("need no session token, which an operator's own keys lack", async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" });
    expect(await provider()).to.deep.equal({ accessKeyId: "key", secretAccessKey: "secret" });
  });

  it("are an error that names both keys where one is missing", async () => {
    process.env.AWS_ACCESS_KEY_ID = "key";
    const thrown = await provider().catch((error: unknown) => error);
    expect(String(thrown)).to.match(
      /^CredentialsProviderError: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
    );
  });
});
