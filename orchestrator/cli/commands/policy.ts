import { existsSync } from "node:fs";
import path from "node:path";
import { version } from "../../../package.json";
import { readConfig, waiversOf, type PackConfig } from "../../../policy/config";
import { Check } from "../../../policy/manifest/check";
import { fixOf, type Fix } from "../../../policy/manifest/fix";
import { subjectsOf } from "../../../policy/manifest/read";
import { isFailed, jsonReport, junitReport, placeOf, sarifReport, textReport } from "../../../policy/manifest/report";
import { levelOf, type Rule } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { settle } from "../../../policy/setting";
import { Waivers } from "../../../policy/waiver";
import { SlipwayError } from "../../errors";
import { readPackConfig } from "../../gate/levels";
import { eachDocument, nothing, readable } from "../../gate/manifests";
import type { Invocation } from "../invocation";
import { nearest } from "../options";
import type { PolicyCommand, PolicyOptions } from "../policy";
import type { Terminal } from "../terminal";

/** `slipway policy check|fix|list|explain|admission`: the rules over files, with nothing but the files. */
export function policyCommand(command: PolicyCommand) {
  return async (options: PolicyOptions, invocation: Invocation): Promise<number> => {
    const config = configOf(options, invocation.root);
    switch (command) {
      case "check":
        return check(options, config, invocation);
      case "fix":
        return fix(options, config, invocation);
      case "list":
        return list(options, config, invocation.terminal);
      case "explain":
        return explain(options, config, invocation.terminal);
      case "admission":
        return admission(options, config, invocation.terminal);
    }
  };
}

/** The environment's level file, or the one given. */
function configOf({ config, environment }: PolicyOptions, root: string): PackConfig {
  const file = config ?? path.join(root, "policy", "config", `${environment}.json`);
  return config === undefined && !existsSync(file) ? {} : readPackConfig(file);
}

async function check(options: PolicyOptions, config: PackConfig, { terminal, stdin }: Invocation): Promise<number> {
  const { environment, output } = options;
  const run = new Check({ rules, environment, config, today: today(), version });
  await eachDocument(options.names, stdin, (file, text, line) => run.document(file, text, line));
  const report = run.report();
  if (report.objects === 0 && report.problems.length === 0) throw nothing(options.names, report.skipped);
  if (output === "sarif") terminal.line(JSON.stringify(sarifReport(report), null, 2));
  else if (output === "junit") terminal.line(junitReport(report).trimEnd());
  else if (output === "json") terminal.document(jsonReport(report));
  else terminal.line(textReport(report).trimEnd());
  return isFailed(report) ? 1 : 0;
}

const today = (): string => new Date().toISOString().slice(0, 10);

async function fix(
  { names, environment }: PolicyOptions,
  config: PackConfig,
  { terminal, stdin }: Invocation,
): Promise<number> {
  const fixes: Fix[] = [];
  const waivers = new Waivers(waiversOf(config), new Set(rules.map(({ name }) => name)), today());
  const judge = (file: string, text: string, line: number) => {
    for (const subject of subjectsOf(readable(file, text, line), file, line) ?? []) {
      const found = fixOf(subject, rules, environment, config, waivers);
      if (found) fixes.push(found);
    }
  };
  await eachDocument(names, stdin, judge);
  for (const one of fixes) {
    const { file, line } = placeOf(one);
    terminal.line(`# ${file}:${line} ${one.subject.title} (${one.rules.join(", ")})`);
    terminal.line(JSON.stringify(one.patch, null, 2));
  }
  if (fixes.length === 0) terminal.aside("there is nothing that a rule can mend by itself");
  terminal.document({
    result: "succeeded",
    exitCode: 0,
    fixes: fixes.map((one) => ({
      ...placeOf(one),
      object: one.subject.title,
      type: one.subject.type,
      rules: one.rules,
      patch: one.patch,
    })),
  });
  return 0;
}

function list({ environment }: PolicyOptions, config: PackConfig, terminal: Terminal): number {
  const told = rules.map((rule) => ({
    rule,
    level: readConfig(config, rule.name).level ?? levelOf(rule, environment),
  }));
  const width = Math.max(...rules.map(({ name }) => name.length));
  for (const { rule, level } of told)
    terminal.line(`${rule.name.padEnd(width)}  ${rule.severity.padEnd(8)}  ${level.padEnd(9)}  ${rule.requirement}`);
  terminal.document({ environment, rules: told.map(({ rule, level }) => ({ ...described(rule), level })) });
  return 0;
}

function explain({ names: [name = ""], environment }: PolicyOptions, config: PackConfig, terminal: Terminal): number {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) {
    const near = nearest(
      name,
      rules.map((one) => one.name),
    );
    const fix = `${near === undefined ? "" : `did you mean ${near}? `}slipway policy list names every rule`;
    throw new SlipwayError("rule-unknown", `there is no rule "${name}"`, fix, "usage");
  }
  const { level = levelOf(rule, environment), settings } = readConfig(config, rule.name);
  const values = settle(rule.settings, rule.tuned?.[environment], settings);
  terminal.line(terminal.paint.strong(rule.name));
  terminal.line(rule.description);
  terminal.line();
  terminal.line(`severity     ${rule.severity}`);
  terminal.line(`level        ${level} in ${environment}`);
  terminal.line(`requirement  ${rule.requirement}`);
  terminal.line(`framework    ${rule.framework.name} ${rule.framework.version}, ${rule.framework.reference}`);
  terminal.line(`             ${rule.framework.specification}`);
  terminal.line(`fix          ${rule.remediation}`);
  terminal.line(`see          ${rule.url}`);
  terminal.line(`mends        ${rule.scope === "resource" && rule.repair ? "yes, at level remediate" : "no"}`);
  for (const [key, setting] of Object.entries(rule.settings ?? {}))
    terminal.line(`setting      ${key}: ${JSON.stringify(values[key])} (${setting.description})`);
  terminal.document({ ...described(rule), level, values });
  return 0;
}

function described({ name, description, severity, framework, requirement, remediation, url, settings, scope }: Rule) {
  return { name, description, severity, scope, framework, requirement, remediation, url, settings: settings ?? {} };
}

async function admission(
  { environment, enforce }: PolicyOptions,
  config: PackConfig,
  terminal: Terminal,
): Promise<number> {
  const [{ admissionPolicies }, { stringify }] = await Promise.all([
    import("../../../policy/admission/index.js"),
    import("yaml"),
  ]);
  const objects = admissionPolicies({ environment, config, enforce: enforce === true });
  for (const object of objects) terminal.line(`---\n${stringify(object, { lineWidth: 0 }).trimEnd()}`);
  terminal.document({ apiVersion: "v1", kind: "List", items: objects });
  return 0;
}
