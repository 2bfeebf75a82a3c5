import { SlipwayError } from "../../errors";
import { DIGEST } from "../canonical";
import { environments, type Environment } from "../environment";

/** What an approver signs: this release, into this environment, by this plan, from this state, until then. */
export interface Statement {
  /** A rehearsal's approval is worth nothing on a real account. */
  readonly target: "rehearsal" | "aws";
  readonly environment: Environment;
  readonly release: string;
  readonly plan: string;
  readonly state: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly expires: string;
}

/** The exact bytes to sign, readable by who signs them. */
export function statementText({ target, environment, release, plan, state, expires }: Statement): string {
  return [
    "slipway approval 1",
    `target: ${target}`,
    `environment: ${environment}`,
    `release: ${release}`,
    `plan: ${plan}`,
    `state: ${state}`,
    `expires: ${expires}`,
    "",
  ].join("\n");
}

/** Reads a statement back. @throws SlipwayError `statement-invalid` unless it is one to the byte. */
export function parseStatement(text: string): Statement {
  const value = (key: string) => new RegExp(`^${key}: (.*)$`, "m").exec(text)?.[1] ?? "";
  const statement = {
    target: value("target"),
    environment: value("environment"),
    release: value("release"),
    plan: value("plan"),
    state: value("state"),
    expires: value("expires"),
  } as Statement;
  const formed =
    ["rehearsal", "aws"].includes(statement.target) &&
    environments.includes(statement.environment) &&
    [statement.release, statement.plan, statement.state].every((digest) => DIGEST.test(digest)) &&
    isMoment(statement.expires);
  if (formed && statementText(statement) === text) return statement;
  throw new SlipwayError(
    "statement-invalid",
    "this is no statement that slipway approve wrote, or it was changed",
    "write it again with slipway approve RELEASE --to ENVIRONMENT and sign that file as it is",
    "usage",
  );
}

function isMoment(text: string): boolean {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text;
}
