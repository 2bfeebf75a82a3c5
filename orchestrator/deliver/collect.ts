import { stringify } from "yaml";
import { admissionPolicies } from "../../policy/admission";
import type { PackConfig } from "../../policy/config";
import { pipelines } from "../pipelines/pipelines";
import type { CommittedFile } from "../promotion/git";
import { recordText } from "../promotion/record";
import { releasedImages, RULE } from "../promotion/released-images";
import { toMarkdown } from "../report/markdown";
import { phases } from "../rollout/phases";
import { sealed, type Bundle, type BundleFile } from "./bundle";
import { changeDocument, type Change } from "./change";
import { chartFiles } from "./charts";
import { manifestFiles } from "./manifests";
import { delivered, KNOWN_AFTER_APPLY } from "./planned";

export interface BundleRequest extends Omit<Change, "unknown"> {
  /** Runbooks and levels of the policy pack, as committed. */
  readonly source: readonly CommittedFile[];
  /** The whole project with its history: see `historyOf`. */
  readonly history: Uint8Array;
  /** Text of the ledger, one entry a line; empty when nothing was promoted. */
  readonly ledger: string;
}

/** Committed files that a bundle repeats where they are looked for. */
export const SOURCES: readonly string[] = ["docs/runbooks", "policy/config"];

/** Everything of a delivery, sealed. Pure: the same request gives the same bytes. */
export function bundleOf(request: BundleRequest): Bundle {
  const { planned, source, history, report, ledger } = request;
  const files = new Map<string, BundleFile>();
  const add = (more: ReadonlyMap<string, BundleFile>) => {
    for (const [name, file] of more) files.set(name, file);
  };
  files.set("platform.bundle", { content: history });
  for (const { path, bytes } of source) {
    const [, name] = /^docs\/runbooks\/(.+)$/.exec(path) ?? [];
    if (name !== undefined) files.set(`runbooks/${name}`, { content: bytes });
  }
  for (const [environment, { config }] of planned)
    files.set(`clusters/${environment}.yaml`, { content: stringify(config, { lineWidth: 0 }) });
  add(chartFiles(planned, new Map(phases.map(({ name, number }) => [name, number]))));
  add(manifestFiles(planned));
  add(policies(request));
  if (request.release !== undefined) files.set("evidence/release.json", { content: recordText(request.release) });
  add(rulesOf(request));
  for (const system of ["github", "gitlab"] as const)
    for (const [name, content] of pipelines(system)) files.set(`pipelines/${system}/${name}`, { content });
  if (report !== undefined) {
    files.set("evidence/report.json", { content: `${JSON.stringify(report, null, 2)}\n` });
    files.set("evidence/report.md", { content: toMarkdown(report) });
  }
  if (ledger !== "") files.set("evidence/ledger.jsonl", { content: ledger });
  const texts = [...files.values()].flatMap(({ content }) => (typeof content === "string" ? [content] : []));
  const unknown = texts.reduce((sum, text) => sum + text.split(KNOWN_AFTER_APPLY).length - 1, 0);
  files.set("README.md", { content: changeDocument({ ...request, unknown }) });
  return sealed(files);
}

/** The pack as each cluster enforces it: in audit, as every rule starts (E1.3). */
function policies({ planned, source, release }: BundleRequest): Map<string, BundleFile> {
  return new Map(
    [...planned].map(([environment, { config }]) => {
      const levels = source.find(({ path }) => path === `policy/config/${environment}.json`);
      const own = levels === undefined ? {} : (JSON.parse(levels.bytes.toString("utf8")) as PackConfig);
      // Of which images a release has only its record knows (E2.10).
      const images = release && releasedImages(release, config.environment);
      const pack = images === undefined ? own : { ...own, [RULE]: images };
      const objects = admissionPolicies({ environment: config.environment, config: pack, enforce: false });
      const text = objects.map((one) => `---\n${stringify(one, { lineWidth: 0 })}`).join("");
      return [`policies/${environment}.yaml`, { content: text }];
    }),
  );
}

/** Rules of Prometheus, unwrapped from the objects that carry them, as promtool and a Prometheus elsewhere read them. */
function rulesOf({ planned }: BundleRequest): Map<string, BundleFile> {
  return new Map(
    [...planned].flatMap(([environment, { resources }]) =>
      resources
        .filter(({ type }) => type === "kubernetes:monitoring.coreos.com/v1:PrometheusRule")
        .map(({ inputs }) => {
          const { metadata, spec } = delivered(inputs) as { metadata: { name: string }; spec: object };
          return [`slos/${environment}/${metadata.name}.yaml`, { content: stringify(spec, { lineWidth: 0 }) }] as const;
        }),
    ),
  );
}
