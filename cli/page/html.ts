import { gzipSync } from "node:zlib";
import { VERSION } from "../../shared/base/version.ts";
import { LANES, type Run, STATES } from "./model.ts";

/**
 * The page: one HTML document that loads nothing. The runs stand in it as compressed JSON, which its script unpacks.
 *
 * @param readAsset reads one of the page's own files, `page.css` or `page.js`
 */
export function pageOf(runs: readonly Run[], readAsset: (name: string) => string): string {
  const data = gzipSync(JSON.stringify({ version: VERSION, lanes: LANES, states: STATES, runs })).toString(
    "base64",
  );
  const title = runs.map((run) => run.title).join(" and ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}: asg-drain</title>
<style>
${readAsset("page.css")}</style>
</head>
<body>
<main id="page"><p>This page needs a browser that runs its script, of 2023 or later.</p></main>
<script type="application/octet-stream" id="data">${data}</script>
<script type="module">
${readAsset("page.js")}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
