import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { VERSION } from "../../shared/base/version.ts";
import { type Files, json, zip } from "./files.ts";

/**
 * The Terraform module as a zip, with its tests, the stack's policy, and the name of the template that it deploys.
 *
 * @param template the name of the core template in the release
 */
export async function terraformModule(
  project: string,
  { template, policy }: { template: string; policy: Uint8Array },
): Promise<Files> {
  const folder = join(project, "deploy", "terraform");
  const names = await readdir(folder, { recursive: true });
  const sources = names.filter((name) => /\.(tf|tftest\.hcl)$/.test(name)).sort();
  const files = await Promise.all(
    sources.map(async (name) => [name, new Uint8Array(await readFile(join(folder, name)))] as const),
  );
  return {
    [`asg-drain-terraform-${VERSION}.zip`]: zip({
      ...Object.fromEntries(files),
      "release.json": json({ template }),
      "stack-policy.json": policy,
    }),
  };
}
