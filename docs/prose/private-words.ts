import type { TextlintRuleModule } from "@textlint/types";

/** Words that only this project used in their sense, and what to write instead (docs/glossary.md). */
const PRIVATE: readonly (readonly [RegExp, string])[] = [
  [/\blook(?:s|ed|ing)?\s+again\b/gi, "check again, or the next pass"],
  [/\b(?:an?|each|every|the|one|two|first|last|next|same|such|more|between|other)\s+looks?\b/gi, "pass"],
  [/\bglanc(?:e|es|ed|ing)\b/gi, "recheck"],
  [/\bbeat(?:s|en|ing)?\b/gi, "send a heartbeat"],
  [/\banew\b/gi, "again, or superseded"],
  [/\bannounc\w*/gi, "restore plan; of AWS: send, publish"],
  [/\brecall(?:s|ed|ing)?\b/gi, "read from the message"],
  [/\b(?:its|their|whose|our)\s+turns?\b/gi, "completion queue"],
  [/\bobstacles?\b/gi, "blocker"],
  [/\bsaid\b/gi, "logged, written, or what the text says"],
  [
    /\blet(?:s|ting)?\s+(?:(?:it|them|an?|the|its|all)\s+)?(?:instances?\s+)?go\b/gi,
    "drop, complete, or release",
  ],
  // AWS's own texts name a parameter so: "Member must have length ...".
  [
    /\bmember(?:s\b|ships?\b|\b(?! must (?:have|satisfy|not be)\b))/gi,
    "group instance, or container instance",
  ],
  [
    /\b(?:runs?|functions?|deregister|terminate|messages?|queues?)\s+(?:holds?|held)\b/gi,
    "has (only a hook holds)",
  ],
  [/\bheld\s+(?:back|up|over|off|in)\b/gi, "kept, waiting (only a hook holds an instance)"],
];

/** A rule of textlint: none of the words above. What stands in code, such as a log key's old name, is not read. */
export const privateWords: TextlintRuleModule = (context) => ({
  [context.Syntax.Str](node) {
    const text = context.getSource(node);
    for (const [pattern, instead] of PRIVATE) {
      for (const { 0: found, index } of text.matchAll(pattern)) {
        const message = `"${found.replace(/\s+/g, " ")}" is a private word: write ${instead}`;
        const padding = context.locator.range([index, index + found.length]);
        context.report(node, new context.RuleError(message, { padding }));
      }
    }
  },
});
