import { judge, type PhaseVerdict } from "../../checks";
import { topology } from "../../report/topology";
import type { EnvironmentContext } from "../context";
import { phaseOutputs, secretTexts } from "../outputs";
import type { Phase } from "../phases";
import type { StepOutcome } from "../step";

/** Proves one phase by looking at the world; on red, names the known causes. */
export async function verify(context: EnvironmentContext, phase: Phase): Promise<StepOutcome> {
  const raw = await context.stack.outputs();
  for (const text of secretTexts(raw)) context.redactor.add(text);
  const outputs = phaseOutputs(
    raw,
    context.phases.filter(({ number }) => number <= phase.number),
  );
  const clients = await context.clientsFor(outputs);
  const check = await context.checkOf(phase);
  const verdict: PhaseVerdict = await judge(check, {
    outputs,
    config: context.config,
    clients,
    waitUntil: context.waitUntil,
  });
  const ownsNetwork = phase.outputs.includes("network");
  const data = {
    proof: ownsNetwork ? clients.proof.aws : clients.proof.kubernetes,
    findings: verdict.findings,
    diagnoses: verdict.diagnoses,
    ...(ownsNetwork && { topology: topology(outputs) }),
  };
  if (verdict.result === "passed") return { ...data, status: "succeeded" };
  const red = verdict.findings.filter((finding) => finding.verdict !== "passed");
  const causes = verdict.diagnoses.map(({ cause }) => cause);
  return {
    ...data,
    status: "failed",
    kind: context.interruption.cancelled.aborted ? "interrupted" : "failure",
    reason: `${phase.title} of ${context.environment} is not proven (${verdict.result}): ${red.map(({ title }) => title).join("; ") || "no check gave an answer"}`,
    fix:
      causes.length > 0
        ? verdict.diagnoses.map(({ fix }) => fix).join("; ")
        : "see what each finding saw; when mended, run the same command again: it continues here",
  };
}
