import { expect } from "chai";
import { admissionPolicies } from "../../../policy/admission";
import { expressions, impossible } from "../../../policy/admission/cel";
import { limitRange } from "../../../policy/admission/mutation";
import { Evaluator } from "../../../policy/evaluate";
import { rules } from "../../../policy/rules";
import { Subject } from "../../../policy/subject";
import { plain, type Fields } from "../../../policy/value";
import { cases } from "../cases";
import { object, podSpec, shapes, type Any, type Given, type Manifest } from "../cases/case";
import { podSecurityRows, RESTRICTED } from "../cases/pod-security";
import { ApiServer } from "./api-server";

const single = (given: Given): Manifest | undefined =>
  Array.isArray(given) || "props" in (given as object) ? undefined : (given as Manifest);

describe("admission policies", () => {
  it("hold every rule about Kubernetes objects, or say why they cannot", () => {
    const aboutAws = (name: string) =>
      cases
        .filter(({ rule }) => rule === name)
        .every(({ pass, fail }) =>
          [...Object.values(pass), ...Object.values(fail)].every(
            (one) => Array.isArray(one) || "props" in (one as object),
          ),
        );
    for (const { name } of rules) {
      const held = Number(name in expressions) + Number(name in impossible);
      if (name in expressions || name in impossible) expect(held, name).to.equal(1);
      else expect(aboutAws(name), `${name} is held by no admission policy, and does not say why`).to.equal(true);
    }
  });
  it("begin in audit, and deny when told to, by what is mandatory [E1.3]", () => {
    const actions = (enforce: boolean) =>
      admissionPolicies({ environment: "production", enforce })
        .filter(({ kind }) => kind === "ValidatingAdmissionPolicyBinding")
        .map(({ metadata, spec }) => [(metadata as Any).name, (spec as Any).validationActions]);
    expect(actions(false).every(([, one]) => one.includes("Warn") && !one.includes("Deny"))).to.equal(true);
    const enforced = Object.fromEntries(actions(true));
    expect(enforced["slipway-containers-are-unprivileged"]).to.deep.equal(["Deny", "Audit"]);
    expect(enforced["slipway-root-file-systems-are-read-only"]).to.deep.equal(["Warn", "Audit"]);
  });
  it("carry the settings of the environment", () => {
    const text = (environment: "dev" | "production") =>
      JSON.stringify(admissionPolicies({ environment, enforce: false }));
    expect(text("dev")).to.include("4096Mi");
    expect(text("production")).to.not.include("4096Mi");
  });
  it("name each policy once, and only what exists", () => {
    const names = admissionPolicies({ environment: "production", enforce: false }).map(
      ({ kind, metadata }) => `${String(kind)} ${(metadata as Any).name}`,
    );
    expect(new Set(names).size).to.equal(names.length);
    expect(
      Object.keys({ ...expressions, ...impossible }).filter((name) => !rules.some((rule) => rule.name === name)),
    ).to.deep.equal([]);
  });
});

/** What the API server makes of an object before a policy sees it, so that its verdict differs from the static one. */
const DEFAULTED: Readonly<Record<string, readonly string[]>> = {
  "containers-have-resources": ["a limit alone, which the strict reading does not take for a request"],
};

/** Times an object is shown again before its acceptance is believed. */
const ATTEMPTS = 500;

describe("admission policies on a real API server", function () {
  this.timeout(240_000);
  let server: ApiServer | undefined;
  before(async function () {
    if (!(await ApiServer.available())) return this.skip();
    server = await ApiServer.start();
    for (const name of ["app", "other", "edge", "mended"]) await server.create(object("v1", "Namespace", {}, name));
    const everything = Object.fromEntries(rules.map(({ name }) => [name, "mandatory"]));
    const emitted = admissionPolicies({ environment: "production", config: everything, enforce: false });
    const refused: string[] = [];
    for (const one of emitted) {
      if (String(one["kind"]).startsWith("Mutating")) continue;
      const answer = await server.create(one);
      if (answer?.status !== 201)
        refused.push(`${(one["metadata"] as Any).name}: ${JSON.stringify(answer?.body["message"])}`);
    }
    expect(refused).to.deep.equal([]);
  });
  after(() => server?.stop());

  /** Rules whose policies warned. */
  const broken = ({ warnings }: { warnings: readonly string[] }) =>
    warnings.flatMap((warning) => /ValidatingAdmissionPolicy 'slipway-([a-z0-9-]+)'/.exec(warning)?.[1] ?? []);

  it("agree with the evaluator on every case the API server takes", async () => {
    if (server === undefined) return;
    const differ: string[] = [];
    let judged = 0;
    for (const one of cases.filter(({ rule, settings }) => rule in expressions && settings === undefined))
      for (const [expected, table] of [
        [true, one.pass],
        [false, one.fail],
      ] as const)
        for (const [name, given] of Object.entries(table)) {
          const manifest = single(given);
          if (
            manifest === undefined ||
            String(manifest["kind"]).endsWith("List") ||
            DEFAULTED[one.rule]?.includes(name)
          )
            continue;
          const own = structuredClone(manifest) as Any;
          if (own.metadata !== undefined && own.kind !== "Namespace") own.metadata.namespace ??= "app";
          // A policy holds once the API server has compiled it: a refusal is waited for, an acceptance is not.
          let answer = await server.create(own, true);
          for (
            let left = ATTEMPTS;
            left > 0 && !expected && answer?.status === 201 && !broken(answer).includes(one.rule);
            left--
          )
            answer = await server.create(own, true);
          // What the API server itself refuses, or does not know, no policy gets to see.
          if (answer === undefined || (answer.status !== 201 && answer.status !== 409)) continue;
          judged++;
          if (!broken(answer).includes(one.rule) !== expected)
            differ.push(`${one.rule}: ${expected ? "refuses" : "accepts"} ${name}`);
        }
    expect(differ).to.deep.equal([]);
    expect(judged).to.be.greaterThan(100);
  });
  it("agree with the evaluator on every case of the Pod Security Standards, where those are at hand [E2.5]", async () => {
    const rows = podSecurityRows();
    if (server === undefined || rows.length === 0) return;
    const evaluator = new Evaluator({ rules, environment: "production" });
    const differ: string[] = [];
    let judged = 0;
    for (const { id, manifest } of rows) {
      const subject = new Subject(id, "kubernetes:core/v1:Pod", id, plain(manifest) as Fields);
      const names = evaluator.resource(subject).map(({ rule }) => rule.name);
      const expected = RESTRICTED.filter((name) => names.includes(name)).sort();
      const pod = structuredClone(manifest) as Any;
      pod.metadata = { ...pod.metadata, name: pod.metadata.name.replaceAll("_", "-"), namespace: "app" };
      let said: string[] = [];
      let answer = await server.create(pod, true);
      for (let left = ATTEMPTS; left > 0 && answer?.status === 201; left--) {
        const told = broken(answer);
        said = RESTRICTED.filter((name) => told.includes(name)).sort();
        if (expected.every((name) => said.includes(name))) break;
        answer = await server.create(pod, true);
      }
      if (answer?.status !== 201) continue;
      judged++;
      if (said.join() !== expected.join()) differ.push(`${id}: ${said.join()} for ${expected.join()}`);
    }
    expect(differ).to.deep.equal([]);
    // All but an unmasked /proc without a user namespace, which the API server itself refuses.
    expect(rows.length - judged).to.be.at.most(4);
  });
  it("judge a pod in every shape", async () => {
    if (server === undefined) return;
    const bad = { metadata: { labels: { app: "app" } }, spec: podSpec((spec) => (spec.hostNetwork = true)) };
    for (const [shape, make] of Object.entries(shapes)) {
      const manifest = make(structuredClone(bad)) as Any;
      if (shape.endsWith("List") || shape === "Rollout") continue;
      manifest.metadata.namespace = "app";
      if (shape !== "Pod" && shape !== "Job" && shape !== "CronJob")
        manifest.spec.selector = shape === "ReplicationController" ? { app: "app" } : { matchLabels: { app: "app" } };
      const pod = shape === "CronJob" ? manifest.spec.jobTemplate.spec.template.spec : manifest.spec.template?.spec;
      if (shape === "Job" || shape === "CronJob") pod.restartPolicy = "Never";
      if (shape === "CronJob") manifest.spec.schedule = "0 3 * * *";
      let answer = await server.create(manifest, true);
      for (let left = ATTEMPTS; left > 0 && answer?.status === 201 && broken(answer).length === 0; left--)
        answer = await server.create(manifest, true);
      expect(answer?.status, `${shape}: ${JSON.stringify(answer?.body["message"])}`).to.equal(201);
      expect(broken(answer as Any), shape).to.include("pods-stay-off-the-host");
    }
  });
  it("mend what the rules can mend, and nothing that is said [E1.2]", async () => {
    if (server === undefined) return;
    for (const one of admissionPolicies({ environment: "production", enforce: false }).filter(({ kind }) =>
      String(kind).startsWith("Mutating"),
    )) {
      const answer = await server.create(one);
      expect(answer?.status, JSON.stringify(answer?.body["message"])).to.equal(201);
    }
    expect((await server.create(limitRange("mended")))?.status).to.equal(201);
    const bare = object(
      "v1",
      "Pod",
      {
        spec: {
          containers: [{ name: "a", image: "a:1" }],
          initContainers: [{ name: "b", image: "b:1", securityContext: { capabilities: { drop: ["NET_RAW"] } } }],
        },
      },
      "bare",
      "mended",
    );
    let spec: Any;
    for (let left = 300; left > 0; left--) {
      const answer = await server.create(bare, true);
      if (answer?.status !== 201) throw new Error(JSON.stringify(answer?.body));
      spec = answer.body["spec"];
      if (
        spec?.securityContext?.seccompProfile &&
        spec.containers[0].securityContext &&
        spec.initContainers[0].securityContext.allowPrivilegeEscalation === false
      )
        break;
    }
    expect(spec.securityContext.seccompProfile).to.deep.equal({ type: "RuntimeDefault" });
    expect(spec.containers[0].securityContext).to.deep.include({
      allowPrivilegeEscalation: false,
    });
    expect(spec.containers[0].resources.limits).to.deep.equal({ cpu: "500m", memory: "512Mi" });
    expect(spec.initContainers[0].securityContext.capabilities).to.deep.equal({ drop: ["NET_RAW"] });
  });
});
