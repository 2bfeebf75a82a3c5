import { readFileSync } from "node:fs";
import path from "node:path";
import type { V1Container, V1Job } from "@kubernetes/client-node";
import { parse } from "yaml";
import { sizes, stableKind } from "../../../infra/environments/sizes";
import { SlipwayError } from "../../errors";
import type { Environment } from "../environment";
import type { Rules } from "../rules";
import type { Stage, StageRequest, StageResult } from "../stages";
import { short } from "../words";
import { runCommand } from "./command";
import type { Keep } from "./evidence";
import { runJob, type Jobs } from "./job";
import { askPaths } from "./request";
import { gateNames, type GateName, type GateSettings } from "./settings";
import { verdictOf, type Ending } from "./verdict";

export interface GateWork {
  readonly rules: Rules;
  readonly root: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly jobs: Jobs;
  readonly keep: Keep;
  /** The image of an application in a release, by digest; undefined where the release names none. */
  imageOf(release: string, application: string): Promise<string | undefined>;
  now(): Date;
  waitUntil(time: Date): Promise<void>;
}

/**
 * The gates the rules declare for an environment, in the order they run. A Job that cannot be used is told here, before
 * anything is touched. @throws SlipwayError `gate-invalid`.
 */
export function gateStages(work: GateWork, environment: Environment): Stage[] {
  const { gates } = work.rules.environments[environment];
  return gateNames.flatMap((name) => {
    const settings = gates[name];
    if (settings === undefined) return [];
    if ("job" in settings) manifestOf(work.root, settings.job, name);
    return [
      {
        name,
        when: "after" as const,
        onRollback: settings.onRollback,
        run: (asked) => runGate(work, name, settings, asked),
      },
    ];
  });
}

async function runGate(
  work: GateWork,
  name: GateName,
  settings: GateSettings,
  asked: StageRequest,
): Promise<StageResult> {
  const start = work.now().getTime();
  const ending = await endingOf(work, name, settings, asked);
  const { verdict, summary } = verdictOf(ending, settings.expects);
  return {
    verdict,
    summary,
    seconds: (work.now().getTime() - start) / 1000,
    fix:
      verdict === "passed"
        ? ""
        : `see its output below the state directory's evidence folder, mend it and promote again`,
    evidence: work.keep(ending.output),
  };
}

function endingOf(work: GateWork, name: GateName, settings: GateSettings, asked: StageRequest): Promise<Ending> {
  if ("command" in settings) return asCommand(work, settings, asked);
  if ("job" in settings) return asJob(work, name, settings, asked);
  return asRequests(work, settings, asked);
}

function asRequests(
  { variables, now, waitUntil }: GateWork,
  { authorization: name, settleSeconds, ...gate }: Extract<GateSettings, { asks: string }>,
  { environment }: StageRequest,
): Promise<Ending> {
  const authorization = name === undefined ? undefined : variables[name];
  if (name !== undefined && authorization === undefined) {
    return Promise.resolve({ why: `${name} is not set, so nobody can log in`, output: "" });
  }
  const settles = settleSeconds ?? sizes[stableKind[environment]].settleSeconds;
  return askPaths(
    { ...gate, settleSeconds: settles },
    { ...(authorization !== undefined && { authorization }), now, waitUntil },
  );
}

function asCommand(
  { root, variables }: GateWork,
  { command, passes, timeoutSeconds }: Extract<GateSettings, { command: string[] }>,
  { environment, release }: StageRequest,
): Promise<Ending> {
  const given = ["PATH", "HOME", ...passes].flatMap((key) => {
    const value = variables[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return runCommand({
    argv: command.map((word) => word.replaceAll("{environment}", environment).replaceAll("{release}", release)),
    cwd: root,
    variables: { ...Object.fromEntries(given), SLIPWAY_ENVIRONMENT: environment, SLIPWAY_RELEASE: release },
    timeoutSeconds,
  });
}

async function asJob(
  { root, jobs, imageOf, now, waitUntil }: GateWork,
  name: GateName,
  { job, namespace, timeoutSeconds }: Extract<GateSettings, { job: string }>,
  { release, run }: StageRequest,
): Promise<Ending> {
  const suffix = `${short(release)}-${run}`;
  const manifest = manifestOf(root, job, name);
  for (const container of containersOf(manifest)) {
    const [, application] = RELEASED.exec(container.image ?? "") ?? [];
    if (application === undefined) continue;
    const image = await imageOf(release, application);
    // What was rolled out is what is tested: without its image there is nothing to test it with.
    if (image === undefined) {
      return {
        why: `the release names no image of ${application}: release create --image ${application}=…`,
        output: "",
      };
    }
    container.image = image;
  }
  return runJob({ manifest, namespace, suffix, timeoutSeconds, jobs, now, waitUntil });
}

/** `release:shop` in a Job's file: the image that the release names `shop`. */
const RELEASED = /^release:([a-z0-9][a-z0-9-]*)$/;

function containersOf({ spec }: V1Job): V1Container[] {
  const { initContainers = [], containers = [] } = spec?.template.spec ?? {};
  return [...initContainers, ...containers];
}

/** @throws SlipwayError `gate-invalid` naming the file. */
function manifestOf(root: string, file: string, gate: string): V1Job {
  const invalid = (why: string, cause?: unknown) =>
    new SlipwayError("gate-invalid", `the ${gate} gate's ${file} cannot be used: ${why}`, `correct ${file}`, "usage", {
      cause,
    });
  let data: V1Job | null;
  try {
    data = parse(readFileSync(path.join(root, file), "utf8")) as V1Job | null;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error);
  }
  if (data?.kind !== "Job" || data.spec?.template?.spec === undefined) throw invalid("it is no Job with a pod in it");
  return data;
}
