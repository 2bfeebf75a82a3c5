import { AsyncLocalStorage } from "node:async_hooks";
import type { PolicyResource, ReportViolation, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { stackOf } from "./evaluate";
import { fromMessage } from "./message";
import { levelOf, type Draft, type ResourceRule, type Rule, type Stack, type StackRule, type Verdict } from "./rule";
import { settle, type Values } from "./setting";
import { listed, Subject } from "./subject";
import { isFields, plain, type Fields } from "./value";
import { describeWaiver, readWaivers, Waivers, waiverSchema, type WaiverReport } from "./waiver";

/**
 * What becomes of a rule that met an unknown value: reported beside the gate, or counted as a violation. Production
 * fails closed (E1.5). Set per policy, or for all, in config/<environment>.json.
 */
type WhenUnknown = "advisory" | "violation";
interface Config extends Readonly<Record<string, unknown>> {
  readonly whenUnknown?: WhenUnknown;
  readonly waivers?: unknown;
}
type Policy = ResourceValidationPolicy | StackValidationPolicy;

/** What the policies of one pack share for one run: the caches, the inputs seen, the waivers. */
class Session {
  /**
   * Inputs of the resources of this run, by URN. In a preview, a resource whose provider is not configured yet (the
   * cluster is still to be made) has no outputs at all, and a stack rule would judge an empty object; what the program
   * asked for is the best there is. One process judges one run, so this never holds another run's values.
   */
  readonly inputs = new Map<string, Fields>();
  /** Where the one subject of a deserialised resource is noted, whichever policy asks: on what was deserialised. */
  readonly #mark = Symbol("subject");
  readonly #waivers = new Map<string, Waivers>();
  readonly #stacks = new WeakMap<object, { readonly size: number; readonly stack: Stack }>();

  constructor(
    readonly today: string,
    readonly names: ReadonlySet<string>,
  ) {}

  subject(args: {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly props: object;
  }): Subject {
    const target = unwrapped(args.props) as Record<symbol, Subject | undefined>;
    const known = target[this.#mark];
    if (known !== undefined) return known;
    const properties = plain(target) as Fields;
    this.inputs.set(args.urn, properties);
    return (target[this.#mark] = new Subject(args.urn, args.type, args.name, properties));
  }

  stack(resources: readonly PolicyResource[]): Stack {
    const key = resources[0] === undefined ? undefined : unwrapped(resources[0].props);
    const known = key && this.#stacks.get(key);
    if (known?.size === resources.length) return known.stack;
    const stack = stackOf(
      resources.map((resource) => this.#stackSubject(resource)),
      this,
    );
    if (key !== undefined) this.#stacks.set(key, { size: resources.length, stack });
    return stack;
  }

  #stackSubject(resource: PolicyResource): Subject {
    const outputs = plain(unwrapped(resource.props)) as Fields;
    const properties = Object.keys(outputs).length > 0 ? outputs : (this.inputs.get(resource.urn) ?? outputs);
    const sources = Object.entries(resource.propertyDependencies).map(([key, list]) => [
      key,
      list.map(({ urn }) => urn),
    ]);
    return new Subject(
      resource.urn,
      resource.type,
      resource.name,
      properties,
      Object.fromEntries(sources) as Subject["sources"],
    );
  }

  /** The waivers a policy's config holds; policies that were given the same ones share them, and so their use. */
  waivers(config: Config): Waivers | undefined {
    if (!Array.isArray(config.waivers) || config.waivers.length === 0) return undefined;
    const key = JSON.stringify(config.waivers);
    const known = this.#waivers.get(key) ?? new Waivers(readWaivers(config.waivers), this.names, this.today);
    this.#waivers.set(key, known);
    return known;
  }

  get report(): WaiverReport[] {
    const seen = new Map<string, WaiverReport>();
    for (const one of [...this.#waivers.values()].flatMap((waivers) => waivers.report)) {
      const key = JSON.stringify(one.waiver);
      if (seen.get(key)?.state !== "used") seen.set(key, one);
    }
    return [...seen.values()];
  }
}

/** The object behind the SDK's proxy, which throws on unknown values and copies its path at every read. */
function unwrapped(props: object): object {
  return ((props as Record<string, unknown>)["__getSpecialProxyTarget"] as object | undefined) ?? props;
}

/** Type of the resource whose policies are running: each request of the engine runs in a context of its own. */
const running = new AsyncLocalStorage<string>();

/**
 * The CrossGuard face of the rules. `today` (as `2027-01-31`) is what waivers are held against.
 *
 * The SDK hands each resource to each policy and asks a policy's function for the one type it is for; a rule here is
 * for many. So the first policy, which sees every resource, notes the type, and the functions after it answer with a
 * type that is never met when the rule does not concern it. Without the note (the first policy was disabled) each
 * function runs and says so itself: slower, and the same verdict.
 */
export function crossguard(rules: readonly Rule[], today: string): Policy[] {
  const session = new Session(today, new Set(rules.map(({ name }) => name)));
  const held = rules.filter(({ only }) => only === undefined);
  const first = held.find(({ scope }) => scope === "resource");
  return held.map((rule) =>
    rule.scope === "stack" ? stackPolicy(rule, session) : resourcePolicy(rule, session, rule === first),
  );
}

function metadata(rule: Rule) {
  return {
    name: rule.name,
    description: rule.description,
    enforcementLevel: levelOf(rule, "production"),
    severity: rule.severity,
    framework: rule.framework,
    remediationSteps: rule.remediation,
    url: rule.url,
    tags: [rule.requirement],
    configSchema: {
      properties: {
        whenUnknown: { type: "string" as const, enum: ["advisory", "violation"], default: "advisory" },
        waivers: waiverSchema,
        ...(rule.settings as object | undefined),
      },
    },
  };
}

function resourcePolicy(rule: ResourceRule, session: Session, leads: boolean): ResourceValidationPolicy {
  const concerned = new Map<string, boolean>();
  const applies = (type: string): boolean => {
    let known = concerned.get(type);
    if (known === undefined) concerned.set(type, (known = isList(type) || rule.applies(type)));
    return known;
  };
  const teller = new Teller(rule, session);
  const validateResource: NonNullable<ResourceValidationPolicy["validateResource"]> = (args, report) => {
    if (leads) running.enterWith(args.type);
    const subject = session.subject(args);
    if (!applies(args.type)) notApplicable(args, rule);
    teller.begin(report, args.getConfig<Config>());
    for (const one of (isList(args.type) && listed(subject)) || [subject]) {
      teller.subject = one;
      if (one === subject || rule.applies(one.type)) rule.judge(one, teller, teller.settings);
    }
  };
  if (!leads)
    Object.defineProperty(validateResource, "__pulumiType", {
      get: () => {
        const type = running.getStore();
        return type === undefined || applies(type) ? undefined : `any that ${rule.name} is for`;
      },
    });
  return { ...metadata(rule), validateResource, ...(rule.repair && { remediateResource: remediation(rule) }) };
}

/** Tells the SDK so by its own exception, which nobody reads the stack of: a stack is most of what one costs. */
function notApplicable(args: { type: string; notApplicable(reason: string): void }, rule: Rule): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    args.notApplicable(`${rule.name} is for other types than ${args.type}`);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Changes the SDK's own object in place: its proxy keeps secrets secret, and a copy would not. */
function remediation(rule: ResourceRule): NonNullable<ResourceValidationPolicy["remediateResource"]> {
  return (args) => {
    if (!rule.applies(args.type)) notApplicable(args, rule);
    const before = JSON.stringify(plain(unwrapped(args.props)));
    rule.repair?.(args.props as Draft, args.type, settle(rule.settings, args.getConfig<Config>()));
    return JSON.stringify(plain(unwrapped(args.props))) === before ? undefined : args.props;
  };
}

function stackPolicy(rule: StackRule, session: Session): StackValidationPolicy {
  const teller = new Teller(rule, session);
  return {
    ...metadata(rule),
    validateStack: (args, report) => {
      const config = args.getConfig<Config>();
      const stack = session.stack(args.resources);
      // Asked for even by rules that waive nothing, so that the rule about waivers knows of them all.
      session.waivers(config);
      teller.begin(report, config);
      teller.stack = stack;
      rule.judge(stack, teller, teller.settings);
    },
  };
}

const isList = (type: string): boolean => type.startsWith("kubernetes:") && type.endsWith("List");

/** Hands what a rule says to the SDK. One for each policy: a resource is judged by thirty, and each call is short. */
class Teller implements Verdict {
  #report: ReportViolation = () => undefined;
  #config: Config = {};
  #settings: Values | undefined;
  /** What is judged, or all of it. */
  subject: Subject | undefined;
  stack: Stack | undefined;

  constructor(
    readonly rule: Rule,
    readonly session: Session,
  ) {}

  begin(report: ReportViolation, config: Config): void {
    this.#report = report;
    // The engine sends the config once; the SDK copies it for every call.
    if (this.#settings !== undefined && sameValues(config, this.#config)) return;
    this.#config = config;
    this.#settings = settle(this.rule.settings, config);
  }

  get settings(): Values {
    return this.#settings ?? {};
  }

  violation(message: string, urn?: string): void {
    const waivers = this.session.waivers(this.#config);
    const subject = waivers && (this.subject ?? this.stack?.subjects.find((one) => one.urn === urn));
    const waiver = subject && waivers.excuse(this.rule.name, subject);
    if (waiver === undefined) this.#report(message, urn);
    else this.notice(`${message} (${describeWaiver({ waiver, state: "used", mistakes: [], used: [] })})`, urn);
  }

  undecided(what: string, urn?: string): void {
    const message = `cannot be decided before the update: ${what} is not known yet`;
    if (this.#config.whenUnknown === "violation") this.#report(message, urn);
    else this.notice(message, urn);
  }

  notice(message: string, urn?: string): void {
    this.#report({ message, urn, enforcementLevel: "advisory" } as unknown as string, urn);
  }
}

function sameValues(one: Config, other: Config): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

/** Where the copy of a message is noted: on the message, since a WeakMap's entries cost the garbage collector dear. */
const COPY = Symbol("copy");

/**
 * Lets all policies share one deserialised copy of a resource. The SDK makes one per policy, which is nine tenths of
 * what a pack costs (measured by bench/policy.ts). What is shared is only read; remediation, which writes, is left alone.
 * An SDK that has moved the function is left as it is: slower, and the same verdicts.
 */
export function shareProperties(deserializer: { deserializeProperties?: unknown }): void {
  const original = deserializer.deserializeProperties;
  if (typeof original !== "function") return;
  deserializer.deserializeProperties = (properties: object & { [COPY]?: unknown }, secrets: boolean): unknown => {
    if (secrets || !isFields(properties as Fields)) return original(properties, secrets) as unknown;
    return (properties[COPY] ??= original({ toJavaScript: () => fromMessage(properties) }, secrets) as unknown);
  };
}
