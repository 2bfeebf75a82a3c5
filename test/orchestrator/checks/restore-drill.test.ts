import { expect } from "chai";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { restoreDrill } from "../../../orchestrator/checks/restore-drill";
import { checkContext } from "../../support/world";

interface Made {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** A cluster whose Velero ends work as a test says, and whose namespaces go and come back as it says. */
function cluster(given: {
  backup?: object;
  restore?: object;
  stays?: boolean;
  back?: (one: Made) => Made | undefined;
}) {
  const made: Made[] = [];
  let gone = false;
  const view = {
    list: () => Promise.resolve([]),
    create: (object: Made) => {
      made.push(object);
      return Promise.resolve(object);
    },
    remove: () => {
      gone = true;
      return Promise.resolve();
    },
    get: (_apiVersion: string, kind: string) => {
      if (kind === "Backup") return Promise.resolve({ status: given.backup ?? { phase: "Completed" } });
      if (kind === "Restore") return Promise.resolve({ status: given.restore ?? { phase: "Completed" } });
      if (kind === "Namespace") return Promise.resolve(given.stays === true || !gone ? {} : undefined);
      const kept = made.find((one) => one.kind === "ConfigMap") as Made;
      return Promise.resolve(given.back === undefined ? kept : given.back(kept));
    },
  } as unknown as ClusterView;
  return { view, made };
}
const backup = { namespace: "velero", location: "default" };
const run = ({ view }: { view: ClusterView }) => restoreDrill(checkContext({}, { backup } as never), view);

describe("the restore drill [A15.3]", () => {
  it("passes when the content is what it was, and has everything of it deleted again", async () => {
    const world = cluster({});
    const { verdict, detail } = await run(world);
    expect([verdict, detail.replace(/probe-\w+/, "probe")]).to.deep.equal([
      "passed",
      "slipway-probe: one ConfigMap, content equal",
    ]);
    expect(world.made.map(({ kind }) => kind)).to.deep.equal([
      "Namespace",
      "ConfigMap",
      "Backup",
      "Restore",
      "DeleteBackupRequest",
    ]);
    const [scratch, , saved] = world.made;
    expect(saved?.spec).to.deep.include({ includedNamespaces: [scratch?.metadata.name], ttl: "1h0m0s" });
    expect(saved?.metadata.namespace).to.equal("velero");
  });
  const failures: Readonly<Record<string, [Parameters<typeof cluster>[0], RegExp]>> = {
    "a backup that fails": [
      { backup: { phase: "Failed", failureReason: "no bucket" } },
      /its backup ended Failed: no bucket/,
    ],
    "a backup that is refused": [
      { backup: { phase: "FailedValidation", validationErrors: ["no location"] } },
      /its backup ended FailedValidation: no location/,
    ],
    "a backup nobody takes up": [{ backup: {} }, /its backup did not end within 600 s: is not taken up by Velero/],
    "a namespace that does not go": [{ stays: true }, /was not gone 120 s after its deletion/],
    "a restore that leaves something out": [
      { restore: { phase: "PartiallyFailed" } },
      /its restore ended PartiallyFailed/,
    ],
    "a restore without the object": [{ back: () => undefined }, /came back without its ConfigMap drill/],
    "a restore with another content": [
      { back: (one) => ({ ...one, data: { content: "other" } }) },
      /came back with another content/,
    ],
  };
  for (const [what, [given, words]] of Object.entries(failures))
    it(`fails for ${what}, and still has its backup deleted`, async () => {
      const world = cluster(given);
      const { verdict, detail } = await run(world);
      expect(verdict).to.equal("failed");
      expect(detail).to.match(words);
      expect(world.made.at(-1)?.kind).to.equal("DeleteBackupRequest");
    });
});
