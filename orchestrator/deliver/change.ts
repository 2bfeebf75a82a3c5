import { awakeShare } from "../cost/awake";
import { dollars, judgeBudget } from "../cost/budget";
import { estimate } from "../cost/estimate";
import type { ReleaseRecord } from "../promotion/record";
import type { Rules } from "../promotion/rules";
import type { Report } from "../report/report";
import { KNOWN_AFTER_APPLY, phaseOf, type Planned } from "./planned";

/** What the change document is written from. */
export interface Change {
  readonly commit: string;
  readonly version: string;
  readonly planned: ReadonlyMap<string, Planned>;
  readonly rules: Rules;
  /** The last report of a bootstrap or verify of this state; undefined when nothing ran. */
  readonly report: Report | undefined;
  /** What was made of the commit: without one nobody judged which images run (E2.10). */
  readonly release?: ReleaseRecord | undefined;
  /** How many delivered values only the account will say. */
  readonly unknown: number;
}

/** The bundle's first page, for who decides on the change and for who executes it (G1.2, G1.3). */
export function changeDocument(change: Change): string {
  const { commit, version, planned } = change;
  const names = [...planned.keys()];
  return [
    `# Slipway: ${names.join(", ")}`,
    "",
    `A platform for Kubernetes on AWS at commit \`${commit}\`, Slipway ${version}. Made without credentials of any target. \`sha256sum --check SHA256SUMS\` tells whether it is as it was delivered.`,
    "",
    "## What is in here",
    "",
    "| folder | what |",
    "|---|---|",
    ...CONTENTS.map(([folder, what]) => `| \`${folder}\` | ${what} |`),
    "",
    "## What changes",
    "",
    ...table(planned),
    "",
    "## What it costs",
    "",
    ...costs(planned),
    "",
    "## Risk",
    "",
    ...risks(planned),
    "",
    "## Approvals",
    "",
    ...approvals(change.rules, names),
    "",
    "## What was proven, and by what",
    "",
    ...evidence(change.report),
    "",
    "## What was not proven",
    "",
    ...unproven(change),
    "",
    "## Run",
    "",
    "```sh",
    "git clone platform.bundle platform && cd platform",
    "npm start                              # rehearse it on this machine first: no account is needed",
    ...names.map((name) => `npm run slipway -- bootstrap --target aws --environment ${name}`),
    "```",
    "",
    "Each phase is verified before the next begins. A stopped run is continued by the same command.",
    "",
    "## Go back",
    "",
    "```sh",
    ...names
      .filter((name) => name !== "dev")
      .map((name) => `npm run slipway -- rollback ${name} --target aws   # to the last verified release`),
    ...names.map(
      (name) => `npm run slipway -- destroy --target aws --environment ${name}   # --destroy-protected: data as well`,
    ),
    "```",
    "",
  ].join("\n");
}

const CONTENTS = [
  ["platform.bundle", "the whole project with its history, for `git clone`: all that is needed to run it"],
  ["clusters/", "one file per cluster: every setting with its default filled in"],
  ["apps/base, apps/overlays", "values of every chart: what is alike, and what each environment adds"],
  ["apps/root", "the same charts as applications of Argo CD, in the order of the phases"],
  ["infra/base, infra/overlays", "the Kubernetes objects of the program as Kustomize base and overlays"],
  ["policies/", "the policy pack as admission policies of each cluster"],
  ["slos/", "recording and alert rules as Prometheus reads them"],
  ["runbooks/", "what to do when an alert fires"],
  ["pipelines/", "the life of a change as GitHub Actions and GitLab CI"],
  ["evidence/", "the last report, the release and the ledger"],
] as const;

function table(planned: ReadonlyMap<string, Planned>): string[] {
  const names = [...planned.keys()];
  const counts = new Map<string, number[]>();
  for (const [index, { resources }] of [...planned.values()].entries())
    for (const resource of resources) {
      const phase = phaseOf(resource) ?? "of the stack itself";
      const row = counts.get(phase) ?? names.map(() => 0);
      row[index] = (row[index] ?? 0) + 1;
      counts.set(phase, row);
    }
  return [
    `| phase | ${names.map((name) => `resources in ${name}`).join(" | ")} |`,
    `|---|${names.map(() => "---:").join("|")}|`,
    ...[...counts].map(([phase, row]) => `| ${phase} | ${row.join(" | ")} |`),
  ];
}

function costs(planned: ReadonlyMap<string, Planned>): string[] {
  return [...planned].flatMap(([name, { config, resources }]) => {
    const expected = estimate(resources, config.region, awakeShare(config));
    const { warnings } = judgeBudget(expected, config.budget, name);
    return [
      `- ${name}: about ${dollars(expected.total)} a month by list prices of ${expected.asOf}, up to ${dollars(expected.ceiling)} more when everything scales out; limit ${dollars(config.budget.limit)}`,
      ...warnings.map((line) => `  - ${line}`),
    ];
  });
}

function risks(planned: ReadonlyMap<string, Planned>): string[] {
  return [...planned].map(([name, { config }]) => {
    const safe = [
      config.highAvailability ? "highly available" : "one copy of most things",
      config.backup.enabled ? `backed up, kept ${config.backup.retentionDays} days` : "not backed up",
    ];
    return `- ${name}: ${safe.join("; ")}. What holds state is protected: a change that would delete it stops the run.`;
  });
}

function approvals({ environments, approvalHours }: Rules, names: readonly string[]): string[] {
  return names.map((name) => {
    const { approvals = {}, soakHours = 0 } = environments[name as keyof typeof environments] ?? {};
    const needed = Object.entries(approvals).map(([role, count]) => `${count} × ${role}`);
    const soak = soakHours > 0 ? `; runs ${soakHours} h before it goes on` : "";
    return `- ${name}: ${needed.length === 0 ? "none" : `${needed.join(", ")}, no author among them, each worth ${approvalHours} h`}${soak}`;
  });
}

function evidence(report: Report | undefined): string[] {
  if (report === undefined) return ["Nothing yet: no run of this state is known."];
  const findings = report.environments.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.findings ?? []).map((one) => ({ ...one, by: one.proof ?? step.proof ?? "unknown" }))),
  );
  const proofs = Map.groupBy(findings, ({ by }) => by);
  return [
    `${report.command} of ${report.startedAt} ${report.result} (evidence/report.md).`,
    "",
    ...[...proofs].map(
      ([by, all]) =>
        `- ${by}: ${all.filter(({ verdict }) => verdict === "passed").length} of ${all.length} checks passed`,
    ),
  ];
}

function unproven({ report, unknown, release }: Change): string[] {
  return [
    ...(release === undefined
      ? [
          "- Which images run: no release was made of this commit, so nothing says which of them staging verified (E2.10).",
        ]
      : []),
    ...(unknown > 0
      ? [`- ${unknown} values read \`${KNOWN_AFTER_APPLY}\`: ids and addresses that only the account gives out.`]
      : []),
    ...(report === undefined
      ? ["- Nothing was run: neither a rehearsal nor a real one."]
      : report.target === "rehearsal"
        ? [
            "- The account was stood in for: quotas, limits and prices of the real one, and whether images can be pulled there, show when it is built (G5.3).",
          ]
        : []),
    "- Load that users bring.",
  ];
}
