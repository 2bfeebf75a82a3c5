import type { Report } from "./report";

/** What a verification asked, what it saw and what proved it: every check of a run in full, for a person. */
export function explain({ environments }: Report): string[] {
  return environments.flatMap(({ name, steps }) =>
    steps
      .filter(({ kind, findings }) => kind === "verify" && findings !== undefined)
      .flatMap((step) => [
        "",
        `${name}, phase ${step.phase?.number ?? ""}: ${step.title.replace(/^verify /, "")}`,
        ...(step.findings ?? []).flatMap(({ requirement, title, verdict, detail, proof, subjects }) => [
          `  asked (${requirement}): ${title}`,
          `    seen: ${detail === "" ? "nothing" : oneLine(detail)}`,
          `    ${verdict}, proved by ${proof ?? step.proof ?? "static"}`,
          ...(verdict === "passed" || subjects.length === 0 ? [] : [`    concerns: ${subjects.join(", ")}`]),
        ]),
        ...(step.diagnoses ?? []).flatMap(({ requirement, cause, fix, subjects }) => [
          `  cause (${requirement}): ${oneLine(cause)}${subjects.length === 0 ? "" : ` [${subjects.join(", ")}]`}`,
          `    fix: ${oneLine(fix)}`,
        ]),
      ]),
  );
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");
