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
  it("orchestrator sees of infra only the programs, the config, the outputs and plain tables", () => {
    expect(
      broken(
        sources("orchestrator"),
        ({ target }) =>
          target.startsWith("infra/") &&
          !/^infra\/(index(\.js)?|config|outputs|charts|chart-waivers|deliverer|naming|skew|gitops\/workload-kinds)$/.test(
            target.replace(/\.(ts|js)$/, ""),
          ) &&
          !/^infra\/environments\/(preview|names|sizes|stable)$/.test(target) &&
          !/^infra\/strategy\/table$/.test(target) &&
          !/^infra\/chaos\/experiments$/.test(target) &&
          !/^infra\/(mesh|network)\/names$/.test(target) &&
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

/** Files that no test names, and the test that runs them. */
const testedThrough: Readonly<Record<string, string>> = {
  "infra/config/application-rules.ts": "test/infra/config/rules.test.ts",
  "infra/config/cluster-rules.ts": "test/infra/config/rules.test.ts",
  "infra/config/governance-rules.ts": "test/infra/config/rules.test.ts",
  "infra/config/network-rules.ts": "test/infra/config/rules.test.ts",
  "infra/config/networks.ts": "test/infra/config/rules.test.ts",
  "infra/config/operation-rules.ts": "test/infra/config/rules.test.ts",
  "infra/config/platform-namespaces.ts": "test/infra/config/rules.test.ts",
  "orchestrator/cli/sync.ts": "test/orchestrator/cli/commands/sync.test.ts",
  "orchestrator/checks/delivery-rights.ts": "test/orchestrator/checks/07-gitops.test.ts",
  "infra/envoy-gateway.ts": "test/infra/phases/06-entry-point.test.ts",
  "orchestrator/sandbox/operators/gateway-status.ts": "test/orchestrator/sandbox/operators/traefik.test.ts",
  "infra/chaos/fault-injection.ts": "test/infra/phases/16-chaos.test.ts",
  "orchestrator/checks/plain-secrets.ts": "test/orchestrator/checks/07-gitops.test.ts",
  "orchestrator/checks/mesh-joined.ts": "test/orchestrator/checks/10-mesh.test.ts",
  "orchestrator/checks/mesh-overhead.ts": "test/orchestrator/checks/10-mesh.test.ts",
  "orchestrator/checks/mesh-proxies.ts": "test/orchestrator/checks/10-mesh.test.ts",
  "orchestrator/checks/mesh-probe.ts": "test/orchestrator/checks/10-mesh.test.ts",
  "infra/secret-reader.ts": "test/infra/secret-files.test.ts",
  "infra/external-secrets-values.ts": "test/infra/phases/12-secrets.test.ts",
  "orchestrator/sandbox/operators/secrets-store-csi-driver-provider-aws.ts":
    "test/orchestrator/checks/secret-files.test.ts",
  "orchestrator/checks/every-node.ts": "test/orchestrator/checks/log-shipping.test.ts",
  "orchestrator/drills/faults.ts": "test/orchestrator/drills/drill.test.ts",
  "orchestrator/cli/commands/environment.ts": "test/rehearsal/previews.test.ts",
  "orchestrator/cli/commands/approve.ts": "test/orchestrator/cli/commands/promote.test.ts",
  "orchestrator/cli/commands/deliver.ts": "test/rehearsal/deliver.test.ts",
  "orchestrator/cli/data.ts": "test/orchestrator/cli/commands/refresh.test.ts",
  "orchestrator/cli/environments.ts": "test/orchestrator/cli/program.test.ts",
  "orchestrator/cli/ground.ts": "test/rehearsal/release.test.ts",
  "orchestrator/cli/migrations.ts": "test/orchestrator/cli/program.test.ts",
  "orchestrator/cli/commands/policy.ts": "test/orchestrator/cli/run-cli.test.ts",
  "orchestrator/cli/commands/rollback.ts": "test/orchestrator/cli/commands/promote.test.ts",
  "orchestrator/cli/commands/watch.ts": "test/orchestrator/cli/commands/promote.test.ts",
  "orchestrator/cli/commands/scan.ts": "test/rehearsal/deliver.test.ts",
  "orchestrator/cli/deliver.ts": "test/rehearsal/deliver.test.ts",
  "orchestrator/cli/policy.ts": "test/orchestrator/cli/run-cli.test.ts",
  "orchestrator/cli/promotion.ts": "test/orchestrator/cli/program.test.ts",
  "orchestrator/cli/upgrade.ts": "test/orchestrator/cli/program.test.ts",
  "orchestrator/engine/builtin/version.ts": "test/orchestrator/engine/builtin/engine.test.ts",
  "orchestrator/migrations/alter-table.ts": "test/orchestrator/migrations/judge.test.ts",
  "orchestrator/migrations/committed.ts": "test/orchestrator/migrations/gate.test.ts",
  "orchestrator/migrations/names.ts": "test/orchestrator/migrations/judge.test.ts",
  "orchestrator/migrations/read.ts": "test/orchestrator/migrations/judge.test.ts",
  "orchestrator/migrations/statement.ts": "test/orchestrator/migrations/judge.test.ts",
  "orchestrator/pipelines/github.ts": "test/orchestrator/pipelines/pipelines.test.ts",
  "orchestrator/pipelines/previews.ts": "test/orchestrator/pipelines/pipelines.test.ts",
  "orchestrator/pipelines/gitlab.ts": "test/orchestrator/pipelines/pipelines.test.ts",
  "orchestrator/promotion/approval/ssh-key.ts": "test/orchestrator/promotion/approval/sshsig.test.ts",
  "orchestrator/promotion/approval/wire.ts": "test/orchestrator/promotion/approval/sshsig.test.ts",
  "orchestrator/promotion/rehearsal/expected.ts": "test/orchestrator/promotion/rehearsal/scenarios.test.ts",
  "orchestrator/promotion/rehearsal/life.ts": "test/rehearsal/release.test.ts",
  "orchestrator/promotion/rehearsal/main.ts": "test/rehearsal/release.test.ts",
  "orchestrator/sandbox/cluster/deletions.ts": "test/orchestrator/sandbox/cluster/verbs.test.ts",
  "orchestrator/sandbox/cluster/pod-security/baseline.ts": "test/orchestrator/sandbox/cluster/admission.test.ts",
  "orchestrator/sandbox/cluster/pod-security/restricted.ts": "test/orchestrator/sandbox/cluster/admission.test.ts",
  "orchestrator/sandbox/cluster/pod-security/control.ts": "test/orchestrator/sandbox/cluster/admission.test.ts",
  "orchestrator/sandbox/cluster/replies.ts": "test/orchestrator/sandbox/cluster/server.test.ts",
  "orchestrator/sandbox/control-plane/main.ts": "test/orchestrator/sandbox/control-plane/build.test.ts",
  "orchestrator/sandbox/control-plane/nodes.ts": "test/control-plane/nodes.test.ts",
  "orchestrator/sandbox/control-plane/player.ts": "test/control-plane/nodes.test.ts",
  "orchestrator/sandbox/operators/vertical-pod-autoscaler.ts": "test/orchestrator/checks/13-autoscaling.test.ts",
  "orchestrator/sandbox/provider/construction.ts": "test/orchestrator/sandbox/eks/component.test.ts",
  "orchestrator/sandbox/random/generators.ts": "test/orchestrator/sandbox/random/provider.test.ts",
};

describe("tests", () => {
  /** Only types and interfaces: nothing is left of it when it runs. */
  const onlyTypes = (file: string): boolean => {
    const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ESNext, removeComments: true };
    const { outputText } = transpileModule(fs.readFileSync(path.join(root, file), "utf8"), { compilerOptions });
    return /^\s*(export \{\};?\s*)?$/.test(outputText);
  };
  const named = new Set(
    sources("test").flatMap((file) => imports(file).map(({ target }) => target.replace(/\.(js|ts)$/, ""))),
  );
  /** By a test of its own name, by one of its folder's name, or by any test that imports it. */
  const tested = (file: string): boolean => {
    const module = file.replace(/\.ts$/, "");
    const folders = module.split("/").slice(0, -1);
    const names = [module, ...folders.map((_, depth) => folders.slice(0, folders.length - depth).join("/"))];
    return (
      named.has(module) ||
      named.has(module.replace(/\/index$/, "")) ||
      names.some((name) => fs.existsSync(path.join(root, "test", `${name}.test.ts`)))
    );
  };

  it("every source file has a test", function () {
    // Hundreds of files are compiled one by one.
    this.timeout(60_000);
    const missing = [...sources("infra"), ...sources("orchestrator")].filter(
      (file) => !tested(file) && !(file in testedThrough) && !onlyTypes(file),
    );
    expect(missing, "source files that no test runs").to.deep.equal([]);
  });
  it("the list of files tested through others says nothing untrue", () => {
    const exists = (file: string) => fs.existsSync(path.join(root, file));
    const stale = Object.entries(testedThrough).filter(
      ([file, test]) => !exists(file) || !exists(test) || tested(file),
    );
    expect(stale).to.deep.equal([]);
  });
});
