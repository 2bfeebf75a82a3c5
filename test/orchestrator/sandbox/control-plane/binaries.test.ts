import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { atHand, findBinaries, requireBinaries } from "../../../../orchestrator/sandbox/control-plane/binaries";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { saying } from "./fixture";

const words = {
  etcd: "etcd Version: 3.6.8",
  "kube-apiserver": "Kubernetes v1.36.3",
  "kube-controller-manager": "Kubernetes v1.36.3",
  "kube-scheduler": "Kubernetes v1.36.3",
  kwok: "kwok version v0.8.0 go1.26.8 (linux/amd64)",
};
type Name = keyof typeof words;

describe("programs of a control plane", () => {
  const folder = useFolder();
  const at = (...names: string[]) => path.join(folder(), ...names);
  const put = (place: string, changed: Partial<Record<Name, string>> = {}) => {
    for (const [name, text] of Object.entries({ ...words, ...changed })) saying(at(place, name), text);
  };
  const variables = (more: Record<string, string> = {}) => ({ HOME: at("home"), PATH: at("bin"), ...more });

  it("are taken from KUBEBUILDER_ASSETS before PATH", async () => {
    put("assets");
    put("bin");
    const { found, missing } = await findBinaries("1.36", variables({ KUBEBUILDER_ASSETS: at("assets") }));
    expect(missing).to.deep.equal([]);
    expect(found.map(({ source }) => source)).to.deep.equal(found.map(() => "KUBEBUILDER_ASSETS"));
    expect(found.find(({ name }) => name === "kube-apiserver")).to.include({
      path: at("assets", "kube-apiserver"),
      version: "1.36.3",
    });
  });

  it("are taken from PATH where the assets lack them, as setup-envtest's do", async () => {
    put("bin");
    for (const name of ["etcd", "kube-apiserver"] as const) saying(at("assets", name), words[name]);
    const { found, missing } = await findBinaries("1.36", variables({ KUBEBUILDER_ASSETS: at("assets") }));
    expect(missing).to.deep.equal([]);
    expect(found.filter(({ source }) => source === "PATH").map(({ name }) => name)).to.deep.equal([
      "kube-controller-manager",
      "kube-scheduler",
      "kwok",
    ]);
  });

  it("are of the very minor the stack asks for, or passed over", async () => {
    put("bin", { "kube-scheduler": "Kubernetes v1.35.4" });
    expect((await findBinaries("1.36", variables())).missing).to.deep.equal(["kube-scheduler"]);
    expect((await findBinaries("1.35", variables())).missing).to.deep.equal([
      "kube-apiserver",
      "kube-controller-manager",
    ]);
  });

  it("that are passed over are named with their version, so that nobody wonders", async () => {
    put("assets", { etcd: "etcd Version: 3.5.21", kwok: "hello" });
    const search = await findBinaries("1.36", variables({ KUBEBUILDER_ASSETS: at("assets") }));
    expect(search.passedOver).to.have.members([
      `${at("assets", "etcd")} is 3.5.21`,
      `${at("assets", "kwok")} does not say its version`,
    ]);
    const error = await refusal(() => requireBinaries("1.36", variables({ KUBEBUILDER_ASSETS: at("assets") })));
    expect(error.message).to.include(`(passed over: ${at("assets")}`);
  });

  for (const [what, name, text] of [
    ["an etcd before 3.6", "etcd", "etcd Version: 3.5.21"],
    ["a kwok before 0.7", "kwok", "kwok version v0.6.1"],
    ["a program that does not say its version", "kube-apiserver", "hello"],
  ] as const) {
    it(`${what} is passed over`, async () => {
      put("bin", { [name]: text });
      expect((await findBinaries("1.36", variables())).missing).to.deep.equal([name]);
    });
  }

  it("from a relative folder on PATH are never run", async () => {
    put("bin");
    const relative = path.relative(process.cwd(), at("bin"));
    expect((await findBinaries("1.36", variables({ PATH: relative }))).found).to.deep.equal([]);
  });

  it("that are missing are named, with how to get them", async () => {
    fs.mkdirSync(at("bin"));
    const error = await refusal(() => requireBinaries("1.36", variables()));
    expect(error.code).to.equal("control-plane-missing");
    expect(error.message).to.include("etcd, kube-apiserver");
    expect(error.fix).to.include("npm run control-plane");
    expect(await atHand("1.36", variables())).to.equal(false);
  });

  it("of a minor nobody knows are refused with those that are known", async () => {
    const error = await refusal(() => requireBinaries("1.29", variables()));
    expect(error.code).to.equal("control-plane-version");
    expect(error.message).to.include("1.36 and 1.35");
  });
});
