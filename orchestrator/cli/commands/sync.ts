import { SlipwayError } from "../../errors";
import { openApplications } from "../../promotion/delivery/argo";
import {
  pauseApplication,
  pausedIn,
  resumeApplication,
  resumeEnded,
  type PauseWork,
} from "../../promotion/delivery/pause";
import { requireRoot, type Applications } from "../../promotion/delivery/sync";
import type { Environment } from "../../promotion/environment";
import { loadRules } from "../../promotion/rules";
import { actor } from "../actor";
import type { Invocation } from "../invocation";
import { projectStore } from "../store";
import type { SyncCommand, SyncOptions } from "../sync";
import { timeToCome } from "../time-to-come";

/** `slipway sync pause|resume|show` (C7.2). */
export function syncCommand(command: SyncCommand) {
  return async (options: SyncOptions, { terminal, root }: Invocation): Promise<number> => {
    const { environment, target } = options;
    const applications = target === "rehearsal" ? undefined : await applicationsOf(root, environment);
    const say = (text: string) => terminal.line(text);
    if (applications === undefined)
      say("rehearsal: its ledger alone knows of pauses, for its cluster ends with a command");
    const work: PauseWork = {
      environment,
      store: projectStore(root, options),
      ...(applications !== undefined && { applications }),
      by: actor(root),
      now: () => new Date(),
      say,
    };
    if (command === "pause") await pause(work, options);
    if (command === "resume") await resume(work, options);
    const paused = [...(await pausedIn(work))].map(([application, one]) => ({ application, ...one }));
    for (const { application, until, reason } of paused) say(`${application} is paused until ${until}: ${reason}`);
    if (paused.length === 0) say(`nothing is paused in ${environment}`);
    terminal.document({ result: "succeeded", exitCode: 0, environment, paused });
    return 0;
  };
}

function pause(work: PauseWork, { application = "", until = "", reason = "" }: SyncOptions): Promise<void> {
  return pauseApplication(work, { application, until: timeToCome(until, work.now()), reason });
}

async function resume(work: PauseWork, { application, reason, ended = false }: SyncOptions): Promise<void> {
  if (ended === (application !== undefined))
    throw wrongly(
      "one application is resumed by its name, or every one whose pause is over",
      "name it, or say --ended",
    );
  if (application === undefined) await resumeEnded(work);
  else if (reason === undefined)
    throw wrongly("a pause that is ended early is ended for a reason", "say --reason TEXT");
  else await resumeApplication(work, application, reason);
}

/** The Applications of an environment's own cluster. @throws SlipwayError `no-delivery`, `wrong-cluster`. */
async function applicationsOf(root: string, environment: Environment): Promise<Applications> {
  const { delivery } = loadRules(root);
  if (delivery === undefined)
    throw new SlipwayError(
      "no-delivery",
      "promotion/rules.yaml names no delivery: nobody knows which Applications are an environment's",
      "name repository and branch under delivery: (docs/promotion.md); with Flux it is flux suspend kustomization NAME",
      "usage",
    );
  const applications = openApplications(delivery.namespace);
  const folder = delivery.folder.replaceAll("{environment}", environment);
  requireRoot(await applications.all(), { ...delivery, folder });
  return applications;
}

function wrongly(message: string, fix: string): SlipwayError {
  return new SlipwayError("sync-usage", message, fix, "usage");
}
