import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import { root } from "./support/pulumi";

/** Every TypeScript file below a folder, by its path from the root. */
function sources(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const inside = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sources(inside);
    return entry.name.endsWith(".ts") ? [inside] : [];
  });
}
/** What a file imports: project files by their path from the root, packages by name. */
function imports(file: string): { target: string; types: boolean }[] {
  const text = fs.readFileSync(path.join(root, file), "utf8");
  return [
    ...text.matchAll(/(import\s+type\s+|import\s+|export\s+|import\(|require\()(?:[^"';]*?from\s+)?"([^"]+)"/g),
  ].map((match) => {
    const [, how = "", name = ""] = match;
    const target = name.startsWith(".") ? path.posix.normalize(`${path.posix.dirname(file)}/${name}`) : name;
    return { target, types: how.startsWith("import type") };
  });
}
const broken = (files: string[], wrong: (one: { target: string; types: boolean }, file: string) => boolean) =>
  files.flatMap((file) =>
    imports(file)
      .filter((one) => wrong(one, file))
      .map((one) => `${file} → ${one.target}`),
  );

describe("the import law", () => {
  it("infra imports neither orchestrator nor policy", () => {
    expect(broken(sources("infra"), ({ target }) => /^(orchestrator|policy|test)\//.test(target))).to.deep.equal([]);
  });
  it("policy imports only its own folder and published packages", () => {
    expect(broken(sources("policy"), ({ target }) => /^(orchestrator|infra|test)\//.test(target))).to.deep.equal([]);
  });
  it("orchestrator sees of infra only the program, the config, the outputs and plain tables", () => {
    expect(
      broken(
        sources("orchestrator"),
        ({ target }) =>
          target.startsWith("infra/") &&
          !/^infra\/(index(\.js)?|config|outputs|charts)$/.test(target.replace(/\.(ts|js)$/, "")) &&
          !/^infra\/config\//.test(target),
      ),
    ).to.deep.equal([]);
  });
  it("a phase imports of another phase only its outputs' type", () => {
    const phases = sources("infra/phases");
    expect(
      broken(phases, ({ target, types }, file) => target.startsWith("infra/phases/") && !types && target !== file),
    ).to.deep.equal([]);
  });
  it("infra and policy read no environment, clock or network", () => {
    const files = [...sources("infra"), ...sources("policy")];
    const reading = files.filter((file) =>
      /process\.env|Date\.now|new Date\(|fetch\(|node:(http|https|net|fs|child_process)/.test(
        fs.readFileSync(path.join(root, file), "utf8"),
      ),
    );
    expect(reading).to.deep.equal([]);
  });
  it("every phase has a check and a page", () => {
    for (const file of fs.readdirSync(path.join(root, "infra/phases"))) {
      const name = file.replace(/\.ts$/, "");
      expect(fs.existsSync(path.join(root, "orchestrator/checks", `${name}.ts`)), `check of ${name}`).to.equal(true);
      expect(fs.existsSync(path.join(root, "docs/phases", `${name}.md`)), `page of ${name}`).to.equal(true);
    }
  });
});

/** Tested only through others so far. A file that gets a test of its own leaves the list. */
const withoutOwnTest: ReadonlySet<string> = new Set([
  "infra/platform.ts",
  "orchestrator/checks/available.ts",
  "orchestrator/cli/actor.ts",
  "orchestrator/cli/commands/parity.ts",
  "orchestrator/cli/commands/policy.ts",
  "orchestrator/cli/policy.ts",
  "orchestrator/cli/promotion.ts",
  "orchestrator/engine/builtin/model.ts",
  "orchestrator/engine/builtin/version.ts",
  "orchestrator/main.ts",
  "orchestrator/parity/allowed.ts",
  "orchestrator/promotion/approval/ssh-key.ts",
  "orchestrator/promotion/approval/wire.ts",
  "orchestrator/promotion/audit.ts",
  "orchestrator/promotion/entry.ts",
  "orchestrator/promotion/environment.ts",
  "orchestrator/promotion/event.ts",
  "orchestrator/promotion/exclusive.ts",
  "orchestrator/promotion/foreseen.ts",
  "orchestrator/promotion/promote.ts",
  "orchestrator/promotion/rehearsal/people.ts",
  "orchestrator/promotion/rehearsal/signer.ts",
  "orchestrator/promotion/rollout.ts",
  "orchestrator/promotion/standing.ts",
  "orchestrator/promotion/store.ts",
  "orchestrator/sandbox/cluster/controllers/autoscalers.ts",
  "orchestrator/sandbox/cluster/controllers/budgets.ts",
  "orchestrator/sandbox/cluster/controllers/daemon-sets.ts",
  "orchestrator/sandbox/cluster/controllers/definitions.ts",
  "orchestrator/sandbox/cluster/controllers/deployments.ts",
  "orchestrator/sandbox/cluster/controllers/hands.ts",
  "orchestrator/sandbox/cluster/controllers/jobs.ts",
  "orchestrator/sandbox/cluster/controllers/namespaces.ts",
  "orchestrator/sandbox/cluster/controllers/pods.ts",
  "orchestrator/sandbox/cluster/controllers/replica-sets.ts",
  "orchestrator/sandbox/cluster/controllers/services.ts",
  "orchestrator/sandbox/cluster/controllers/stateful-sets.ts",
  "orchestrator/sandbox/cluster/custom-resources.ts",
  "orchestrator/sandbox/cluster/deletions.ts",
  "orchestrator/sandbox/cluster/limit-range.ts",
  "orchestrator/sandbox/cluster/lists.ts",
  "orchestrator/sandbox/cluster/metadata.ts",
  "orchestrator/sandbox/cluster/pod-security.ts",
  "orchestrator/sandbox/cluster/pod-security/baseline.ts",
  "orchestrator/sandbox/cluster/pod-security/control.ts",
  "orchestrator/sandbox/cluster/pod-security/restricted.ts",
  "orchestrator/sandbox/cluster/quantity.ts",
  "orchestrator/sandbox/cluster/quotas.ts",
  "orchestrator/sandbox/cluster/replies.ts",
  "orchestrator/sandbox/cluster/schema.ts",
  "orchestrator/sandbox/cluster/server.ts",
  "orchestrator/sandbox/cluster/services.ts",
  "orchestrator/sandbox/cluster/workloads.ts",
  "orchestrator/sandbox/control-plane/cache.ts",
  "orchestrator/sandbox/control-plane/control-plane.ts",
  "orchestrator/sandbox/control-plane/control-planes.ts",
  "orchestrator/sandbox/control-plane/kubeconfig.ts",
  "orchestrator/sandbox/control-plane/main.ts",
  "orchestrator/sandbox/control-plane/nodes.ts",
  "orchestrator/sandbox/control-plane/player.ts",
  "orchestrator/sandbox/control-plane/ports.ts",
  "orchestrator/sandbox/control-plane/stages.ts",
  "orchestrator/sandbox/control-plane/versions.ts",
  "orchestrator/sandbox/kubernetes/charts/alloy.ts",
  "orchestrator/sandbox/kubernetes/charts/aws-load-balancer-controller.ts",
  "orchestrator/sandbox/kubernetes/charts/cert-manager.ts",
  "orchestrator/sandbox/kubernetes/charts/chart.ts",
  "orchestrator/sandbox/kubernetes/charts/cilium.ts",
  "orchestrator/sandbox/kubernetes/charts/definitions.ts",
  "orchestrator/sandbox/kubernetes/charts/definitions/prometheus-operator.ts",
  "orchestrator/sandbox/kubernetes/charts/definitions/vertical-pod-autoscaler.ts",
  "orchestrator/sandbox/kubernetes/charts/envoy-gateway.ts",
  "orchestrator/sandbox/kubernetes/charts/external-dns.ts",
  "orchestrator/sandbox/kubernetes/charts/external-secrets-definitions.ts",
  "orchestrator/sandbox/kubernetes/charts/external-secrets.ts",
  "orchestrator/sandbox/kubernetes/charts/karpenter.ts",
  "orchestrator/sandbox/kubernetes/charts/kube-prometheus-stack.ts",
  "orchestrator/sandbox/kubernetes/charts/kube-prometheus-stack/exporters.ts",
  "orchestrator/sandbox/kubernetes/charts/kube-prometheus-stack/grafana.ts",
  "orchestrator/sandbox/kubernetes/charts/kube-prometheus-stack/monitor.ts",
  "orchestrator/sandbox/kubernetes/charts/kube-prometheus-stack/operator.ts",
  "orchestrator/sandbox/kubernetes/charts/kube-prometheus-stack/servers.ts",
  "orchestrator/sandbox/kubernetes/charts/loki.ts",
  "orchestrator/sandbox/kubernetes/charts/loki/extras.ts",
  "orchestrator/sandbox/kubernetes/charts/nvidia-device-plugin.ts",
  "orchestrator/sandbox/kubernetes/charts/schema.ts",
  "orchestrator/sandbox/kubernetes/charts/vertical-pod-autoscaler.ts",
  "orchestrator/sandbox/kubernetes/charts/workload.ts",
  "orchestrator/sandbox/operators/vertical-pod-autoscaler.ts",
  "orchestrator/sandbox/provider/construction.ts",
  "orchestrator/sandbox/random/generators.ts",
  "orchestrator/sandbox/random/words.ts",
]);

describe("tests", () => {
  /** Only types and interfaces: nothing is left of it when it runs. */
  const onlyTypes = (file: string): boolean => {
    const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ESNext, removeComments: true };
    const { outputText } = transpileModule(fs.readFileSync(path.join(root, file), "utf8"), { compilerOptions });
    return /^\s*(export \{\};?\s*)?$/.test(outputText);
  };
  /** `orchestrator/x/y.ts` has `test/orchestrator/x/y.test.ts`; an `index.ts` may leave it to any test of its folder. */
  const tested = (file: string): boolean => {
    const own = path.join(root, "test", file.replace(/\.ts$/, ".test.ts"));
    if (fs.existsSync(own)) return true;
    if (path.basename(file) !== "index.ts") return false;
    const folder = path.dirname(own);
    if (fs.existsSync(`${folder}.test.ts`)) return true;
    return fs.existsSync(folder) && fs.readdirSync(folder).some((name) => name.endsWith(".test.ts"));
  };

  it("every source file has a test", function () {
    // Hundreds of files are compiled one by one.
    this.timeout(60_000);
    const missing = [...sources("infra"), ...sources("orchestrator")].filter(
      (file) => !tested(file) && !withoutOwnTest.has(file) && !onlyTypes(file),
    );
    expect(missing, "source files without a test of their own").to.deep.equal([]);
  });
});
