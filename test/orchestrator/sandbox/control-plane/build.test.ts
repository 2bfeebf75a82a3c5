import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { buildPart, type BuildProgress } from "../../../../orchestrator/sandbox/control-plane/build";
import { cacheRoot, partFolder, readPart } from "../../../../orchestrator/sandbox/control-plane/cache";
import { partsOf, type Part } from "../../../../orchestrator/sandbox/control-plane/versions";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { fakeGo } from "./fixture";

const kwok = partsOf("1.36").find(({ name }) => name === "kwok") as Part;

describe("the build of a control plane's programs", () => {
  const folder = useFolder();
  const variables = () => ({ HOME: folder(), PATH: `${path.join(folder(), "go")}:/usr/bin:/bin` });
  const go = (options?: Parameters<typeof fakeGo>[1]) => fakeGo(path.join(folder(), "go"), options);
  const calls = () =>
    fs
      .readFileSync(path.join(folder(), "go", "calls"), "utf8")
      .trim()
      .split("\n");
  const cached = () => fs.readdirSync(cacheRoot(variables())).toSorted();
  const build = (more: { signal?: AbortSignal; progress?: (one: BuildProgress) => void } = {}) =>
    buildPart({
      part: kwok,
      variables: variables(),
      progress: more.progress ?? (() => undefined),
      signal: more.signal ?? new AbortController().signal,
      lookMs: 5,
    });

  it("goes into the user's cache under a name that holds every pin, readable by nobody else", async () => {
    go();
    const made = await build();
    expect(made).to.equal(partFolder(cacheRoot(variables()), kwok));
    expect(path.basename(made)).to.match(/^kwok-v0\.8\.0-\w+-\w+-[0-9a-f]{12}$/);
    expect(fs.statSync(made).mode & 0o777).to.equal(0o700);
    expect(fs.statSync(path.join(made, "kwok")).mode & 0o777).to.equal(0o700);
    expect(await readPart(cacheRoot(variables()), kwok, { contents: true })).to.deep.equal({
      kwok: path.join(made, "kwok"),
    });
    expect(cached(), "nothing else stays").to.deep.equal([path.basename(made)]);
  });

  it("is made with the pinned modules alone, whatever flags the user has set", async () => {
    go();
    await build();
    for (const call of calls().filter((line) => !line.startsWith("env")))
      expect(call).to.match(/GOFLAGS=-mod=readonly GOWORK=off CGO_ENABLED=0$/);
  });

  it("says how far it is", async () => {
    go();
    const seen: BuildProgress[] = [];
    await build({ progress: (one) => seen.push(one) });
    expect(seen[0]).to.deep.equal({ part: "kwok", done: 0, total: 0, doing: "fetching" });
    expect(seen.at(-1)).to.deep.equal({ part: "kwok", done: 2, total: 2, doing: "compiling" });
  });

  it("is made once, also when two ask at the same time", async () => {
    go({ before: "sleep 0.2" });
    const seen: string[] = [];
    const [one, other] = await Promise.all([build(), build({ progress: ({ doing }) => seen.push(doing) })]);
    expect(one).to.equal(other);
    expect(seen).to.include("waiting");
    await build();
    expect(calls().filter((call) => call.startsWith("build"))).to.have.length(1);
  });

  it("that fails tells the compiler's words, and leaves nothing", async () => {
    go({ before: 'echo "kwok.go:1: syntax error" >&2; exit 1' });
    const error = await refusal(() => build());
    expect(error.code).to.equal("control-plane-build-failed");
    expect(error.message).to.include("syntax error");
    expect(cached()).to.deep.equal([]);
  });

  it("that is interrupted ends the compiler and leaves nothing", async () => {
    go({ before: `echo $$ > ${path.join(folder(), "compiler")}; sleep 600` });
    const ending = new AbortController();
    const building = refusal(() => build({ signal: ending.signal }));
    const compiler = path.join(folder(), "compiler");
    while (!fs.existsSync(compiler) || fs.readFileSync(compiler, "utf8") === "")
      await new Promise((resolve) => setImmediate(resolve));
    ending.abort();
    expect((await building).kind).to.equal("interrupted");
    expect(() => process.kill(Number(fs.readFileSync(compiler, "utf8")), 0)).to.throw("ESRCH");
    expect(cached()).to.deep.equal([]);
  });

  it("that was killed is cleared away by the next one, which does not wait for the dead", async () => {
    go();
    const dead = spawn("true");
    await once(dead, "exit");
    const root = cacheRoot(variables());
    const left = path.join(root, ".building-1");
    fs.mkdirSync(left, { recursive: true, mode: 0o700 });
    const owner = JSON.stringify({ pid: dead.pid, startedAt: "long ago" });
    fs.writeFileSync(path.join(left, "owner.json"), owner);
    fs.writeFileSync(path.join(root, "kwok.lock"), owner);
    const made = await build();
    expect(cached()).to.deep.equal([path.basename(made)]);
  });

  it("without Go, or with one that is too old, says what to install", async () => {
    fs.mkdirSync(path.join(folder(), "empty"));
    const none = await refusal(() =>
      buildPart({
        part: kwok,
        variables: { HOME: folder(), PATH: path.join(folder(), "empty") },
        progress: () => undefined,
        signal: new AbortController().signal,
      }),
    );
    expect(none.code).to.equal("go-missing");
    expect(none.fix).to.include("https://go.dev/dl").and.include("KUBEBUILDER_ASSETS").and.include("setup-envtest");
    go({ version: "go1.22.2" });
    expect((await refusal(() => build())).message).to.include("go1.22.2");
  });
});

describe("the cache of built programs", () => {
  const folder = useFolder();
  const variables = () => ({ XDG_CACHE_HOME: folder(), PATH: `${path.join(folder(), "go")}:/usr/bin:/bin` });
  let made = "";
  beforeEach(async () => {
    fakeGo(path.join(folder(), "go"));
    made = await buildPart({
      part: kwok,
      variables: variables(),
      progress: () => undefined,
      signal: new AbortController().signal,
    });
  });
  const read = (contents: boolean) => readPart(cacheRoot(variables()), kwok, { contents });

  it("is below XDG_CACHE_HOME where that is set, and below the home where it is not absolute", () => {
    expect(made).to.include(path.join(folder(), "slipway", "control-plane"));
    expect(cacheRoot({ XDG_CACHE_HOME: "here", HOME: "/home/x" })).to.equal("/home/x/.cache/slipway/control-plane");
  });

  it("does not run a program that is not what was built", async () => {
    const file = path.join(made, "kwok");
    const built = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, built.replace("built", "other"));
    expect(await read(false), "same size").to.have.property("kwok");
    expect((await refusal(() => read(true))).code).to.equal("control-plane-cache-damaged");
    fs.writeFileSync(file, `${built}#`);
    expect((await refusal(() => read(false))).code).to.equal("control-plane-cache-damaged");
  });

  it("does not run what others could have changed", async () => {
    fs.chmodSync(made, 0o777);
    expect((await refusal(() => read(false))).code).to.equal("control-plane-cache-open");
  });

  it("knows nothing of a part that was not built", async () => {
    fs.rmSync(made, { recursive: true });
    expect(await read(false)).to.equal(undefined);
  });
});
