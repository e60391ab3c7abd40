/** The changelog's section of a version, or of what is not released if the version has none yet. */
export function changesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^(?=## )/m);
  const found =
    sections.find((each) => new RegExp(`^## \\[?${version.replaceAll(".", "\\.")}\\b`).test(each)) ??
    sections.find((each) => each.startsWith("## Unreleased"));
  if (found === undefined) throw new Error(`CHANGELOG.md has no section for ${version}`);
  return found.trim();
}
