import { expressions, impossible } from "./admission/cel";
import { environments, levelOf, type Rule } from "./rule";

/** What a rule is about, for the order of the page. */
function areaOf(rule: Rule): string {
  if (rule.name === "waivers-are-in-order") return "The gate itself";
  const kubernetes =
    rule.name in expressions ||
    rule.name in impossible ||
    (rule.scope === "resource" && rule.applies("kubernetes:core/v1:ConfigMap"));
  return kubernetes ? "Kubernetes" : "AWS";
}

/** docs/policy/rules.md: every rule with all it says of itself. A test holds the page against the rules. */
export function rulePage(rules: readonly Rule[]): string {
  const lines = [
    "# Policy rules",
    "",
    "Written by the rules themselves (`policy/rule-table.ts`). `slipway policy explain RULE` prints one with its settings",
    "in an environment. How rules are set, waived and enforced: [index.md](index.md).",
  ];
  for (const area of ["Kubernetes", "AWS", "The gate itself"]) {
    lines.push("", `## ${area}`);
    for (const rule of rules.filter((one) => areaOf(one) === area)) lines.push(...section(rule));
  }
  return `${lines.join("\n")}\n`;
}

function section(rule: Rule): string[] {
  const levels = environments.map((name) => `${name} ${levelOf(rule, name)}`).join(", ");
  const { framework } = rule;
  const lines = [
    "",
    `### ${rule.name}`,
    "",
    `${rule.description} To mend it: ${rule.remediation.charAt(0).toLowerCase()}${rule.remediation.slice(1)}`,
    "",
    `- Severity ${rule.severity}; ${levels}. Requirement ${rule.requirement}.`,
    `- ${framework.name} ${framework.version}, ${framework.reference}: ${framework.specification}`,
    `- <${rule.url}>`,
    `- At admission: ${rule.name in expressions ? "yes" : `no: ${impossible[rule.name] ?? "no object of a cluster"}`}.${rule.scope === "resource" && rule.repair ? " Mends at level `remediate`." : ""}`,
  ];
  for (const [key, setting] of Object.entries(rule.settings ?? {})) {
    const value = JSON.stringify(setting.default);
    lines.push(
      `- \`${key}\`: ${setting.description}. Default ${value.length > 90 ? "a list, see `slipway policy explain`" : `\`${value}\``}.`,
    );
  }
  return lines;
}
