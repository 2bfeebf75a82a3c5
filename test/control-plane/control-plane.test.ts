import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import path from "node:path";
import * as tls from "node:tls";
import { expect } from "chai";
import { ControlPlane, endLeftovers, factsOf, isUp } from "../../orchestrator/sandbox/control-plane/control-plane";
import { guardedBy } from "../../orchestrator/sandbox/control-plane/process";
import { KubeApi } from "../../orchestrator/sandbox/kubernetes/api";
import { useFolder } from "../support/folder";
import { START_MS, VERSION, needsBinaries, until, usePlane } from "./plane";

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
};
const marker = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "marker", namespace: "default" } };
const markerRef = { apiVersion: "v1", kind: "ConfigMap", name: "marker", namespace: "default" };

describe("a real control plane", function () {
  this.timeout(START_MS);
  const plane = usePlane();

  it("is the version the stack asks for", async () => {
    const { certificateAuthority: ca, endpoint, token } = plane().access;
    const body = await new Promise<string>((resolve, reject) => {
      https
        .get(`${endpoint}/version`, { ca, headers: { authorization: `Bearer ${token}` } }, (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.toString()));
          response.on("end", () => resolve(text));
        })
        .on("error", reject);
    });
    expect(JSON.parse(body)).to.include({ major: "1", minor: VERSION.split(".")[1] });
  });

  it("lets nobody in without a token or certificate, and proves who it is", async () => {
    const { certificateAuthority: ca, endpoint } = plane().access;
    const status = (options: https.RequestOptions) =>
      new Promise((resolve) => {
        https
          .get(`${endpoint}/api/v1/namespaces`, options, (response) =>
            resolve((response.resume(), response.statusCode)),
          )
          .on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
      });
    expect(await status({ ca })).to.equal(401);
    expect(await status({ ca, headers: { authorization: "Bearer guessed" } })).to.equal(401);
    expect(await status({})).to.match(/SELF_SIGNED|UNABLE_TO/);
  });

  it("keeps its store closed to everybody but the API server", async () => {
    const facts = factsOf(path.join(plane().folder, "slipway-test"));
    const socket = tls.connect({ host: "127.0.0.1", port: facts?.ports.store ?? 0, rejectUnauthorized: false });
    const said = await new Promise((resolve) => {
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
      socket.on("data", () => resolve("answered"));
      socket.write("GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
    });
    socket.destroy();
    expect(said).to.match(/CERTIFICATE_REQUIRED|BAD_CERTIFICATE|ECONNRESET/);
  });
});

describe("the life of a control plane", function () {
  this.timeout(START_MS);
  needsBinaries();
  const folder = useFolder();
  const start = () => ControlPlane.start({ name: "life", version: VERSION, folder: folder(), variables: process.env });

  /** What listens of these processes, as `address` in /proc/net's notation. */
  function listening(pids: readonly number[]): string[] {
    const inodes = new Set(
      pids.flatMap((pid) =>
        fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
          try {
            return /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
          } catch {
            return [];
          }
        }),
      ),
    );
    return ["tcp", "tcp6"].flatMap((table) =>
      fs
        .readFileSync(`/proc/net/${table}`, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state, , , , , , inode]) => state === "0A" && inodes.has(inode ?? ""))
        .map(([, address = ""]) => address.split(":")[0] as string),
    );
  }

  it("listens on loopback only, keeps its data over a restart, and leaves no process behind", async function () {
    const first = await start();
    const pids = Object.values(first.pids());
    expect(pids).to.have.length(5);
    if (process.platform === "linux") {
      const addresses = listening(pids);
      expect(addresses).to.have.length(3);
      // 127.0.0.1 as a little-endian number.
      expect(new Set(addresses)).to.deep.equal(new Set(["0100007F"]));
    }
    let api = new KubeApi(first.access);
    await api.create(marker);
    api.close();
    await first.stop();
    expect(pids.filter(alive)).to.deep.equal([]);
    expect(isUp(folder())).to.equal(false);

    const second = await start();
    try {
      expect(second.access.kubeconfig, "the same address and credentials").to.equal(first.access.kubeconfig);
      api = new KubeApi(second.access);
      expect(await api.get(markerRef)).to.not.equal(undefined);
      api.close();
    } finally {
      await second.stop();
    }
  });

  it("survives the death of each of its programs", async () => {
    const one = await start();
    const api = new KubeApi(one.access);
    try {
      await api.create(marker);
      for (const name of ["kube-apiserver", "etcd", "kube-controller-manager"] as const) {
        const before = one.pids()[name] as number;
        process.kill(before, "SIGKILL");
        // A call that meets the gap waits for the server to be back.
        expect(await until(() => api.get(markerRef).catch(() => undefined)), name).to.not.equal(undefined);
        await until(() => Promise.resolve(one.pids()[name] !== undefined && one.pids()[name] !== before));
      }
      // The controllers work again: a new namespace gets what every namespace gets.
      await until(async () =>
        api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "after" } }).catch(() => undefined),
      );
      const account = { apiVersion: "v1", kind: "ServiceAccount", name: "default", namespace: "after" };
      await until(() => api.get(account).catch(() => undefined));
    } finally {
      api.close();
      await one.stop();
    }
  });

  /** Starts one in a process of its own, kills that, and gives the programs it started. */
  async function killed(outlives: boolean): Promise<number[]> {
    const script = `
      const { ControlPlane } = require(${JSON.stringify(require.resolve("../../orchestrator/sandbox/control-plane/control-plane"))});
      ControlPlane.start({ name: "life", version: "${VERSION}", folder: ${JSON.stringify(folder())}, variables: process.env, outlives: ${String(outlives)} })
        .then((plane) => console.log(JSON.stringify(Object.values(plane.pids()))));
      setInterval(() => undefined, 1000);`;
    const orchestrator = spawn(process.execPath, ["--import", "tsx", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pids = await new Promise<number[]>((resolve) =>
      orchestrator.stdout.once("data", (text: Buffer) => resolve(JSON.parse(text.toString()) as number[])),
    );
    orchestrator.kill("SIGKILL");
    await new Promise((resolve) => orchestrator.once("exit", resolve));
    return pids;
  }

  it("ends with an orchestrator that is killed, where the kernel sees to it", async function () {
    if (guardedBy().length === 0) this.skip();
    const pids = await killed(false);
    await until(() => Promise.resolve(pids.filter(alive).length === 0));
  });

  it("left by an orchestrator that was killed is ended by the next run", async () => {
    const pids = await killed(true);
    expect(pids.filter(alive)).to.have.length(5);
    const next = await start();
    expect(pids.filter(alive)).to.deep.equal([]);
    await next.stop();
  });

  it("left to be looked into is ended when it is no longer wanted", async () => {
    const one = await start();
    const pids = Object.values(one.pids());
    one.release();
    expect(isUp(folder())).to.equal(true);
    expect(await endLeftovers(folder())).to.equal(5);
    expect(pids.filter(alive)).to.deep.equal([]);
  });

  it("that ends with its process, however that ends, leaves nothing", async () => {
    const script = `
      const { ControlPlane } = require(${JSON.stringify(require.resolve("../../orchestrator/sandbox/control-plane/control-plane"))});
      ControlPlane.start({ name: "life", version: "${VERSION}", folder: ${JSON.stringify(folder())}, variables: process.env })
        .then((plane) => { console.log(JSON.stringify(Object.values(plane.pids()))); process.exit(3); });`;
    const orchestrator = spawn(process.execPath, ["--import", "tsx", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    orchestrator.stdout.on("data", (text: Buffer) => (said += text.toString()));
    await new Promise((resolve) => orchestrator.once("close", resolve));
    const pids = JSON.parse(said) as number[];
    await until(() => Promise.resolve(pids.filter(alive).length === 0));
  });
});
