import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { argumentsOf, clients, environmentOf } from "../../../../orchestrator/sandbox/control-plane/programs";
import { stageFile } from "../../../../orchestrator/sandbox/control-plane/stages";
import { binaryNames } from "../../../../orchestrator/sandbox/control-plane/versions";

const pair = (name: string) => ({ certificate: `/${name}.pem`, key: `/${name}-key.pem` });
const args = argumentsOf({
  identities: {
    authority: "/authority.pem",
    storeAuthority: "/store-authority.pem",
    store: pair("store"),
    storeClient: pair("store-client"),
    server: pair("server"),
    clients: Object.fromEntries(Object.keys(clients).map((name) => [name, pair(name)])),
    tokenKey: "/token-key.pem",
  },
  ports: { api: 6443, store: 2379 },
  data: "/data",
  tokens: "/tokens.csv",
  stages: "/stages.yaml",
  kubeconfigs: Object.fromEntries(Object.keys(clients).map((name) => [name, `/${name}.kubeconfig`])),
});

describe("command lines of a control plane", () => {
  it("listen on loopback only", () => {
    for (const name of binaryNames)
      for (const one of args[name].filter((text) => /^--(listen|bind)|-address=/.test(text)))
        // Nothing listens on the address that Kubernetes tells its pods (192.0.2.0/24 is for documentation).
        expect(one).to.match(/=(https:\/\/)?127\.0\.0\.1(:\d+)?$|^--advertise-address=192\.0\.2\.1$/);
    for (const name of ["kube-controller-manager", "kube-scheduler"] as const)
      expect(args[name]).to.include("--secure-port=0");
    expect(args.kwok).to.include("--node-port=0");
  });

  it("come with a memory limit each", () => {
    for (const name of binaryNames) expect(environmentOf(name)["GOMEMLIMIT"], name).to.match(/^[1-9]\d+MiB$/);
  });

  it("let nobody in without a certificate or a token", () => {
    expect(args["kube-apiserver"]).to.include.members([
      "--anonymous-auth=false",
      "--authorization-mode=Node,RBAC",
      "--client-ca-file=/authority.pem",
      "--etcd-cafile=/store-authority.pem",
    ]);
    expect(args.etcd).to.include.members([
      "--client-cert-auth",
      "--trusted-ca-file=/store-authority.pem",
      "--peer-client-cert-auth",
    ]);
  });

  it("carry no secret: other users of a machine can read them", () => {
    for (const one of Object.values(args).flat()) expect(one).to.not.match(/token=|password/i);
  });
});

describe("the stages of played nodes", () => {
  const stages = parseAllDocuments(stageFile()).map((document) => document.toJSON() as Stage);
  interface Stage {
    kind: string;
    metadata: { name: string };
    spec: { resourceRef: { kind: string }; selector: { matchExpressions: { key: string; operator: string }[] } };
  }
  const named = (name: string) => stages.find(({ metadata }) => metadata.name === name) as Stage;

  it("are documents kwok reads, for nodes and pods", () => {
    expect(new Set(stages.map(({ kind }) => kind))).to.deep.equal(new Set(["Stage"]));
    expect(new Set(stages.map(({ spec }) => spec.resourceRef.kind))).to.deep.equal(new Set(["Node", "Pod"]));
  });

  it("make a node Ready only once it has its pool's size", () => {
    expect(named("node-ready").spec.selector.matchExpressions).to.deep.include({
      key: ".status.allocatable",
      operator: "Exists",
    });
  });

  it("leave a probe running until what it would find is worked out", () => {
    expect(named("pod-complete").spec.selector.matchExpressions).to.deep.include({
      key: '.metadata.annotations["slipway.dev/probe"]',
      operator: "DoesNotExist",
    });
  });
});
