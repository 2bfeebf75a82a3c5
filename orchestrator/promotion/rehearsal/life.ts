import { existsSync } from "node:fs";
import { MARKER } from "../../previews/comment";
import { createPreview, placeOf, type Created } from "../../previews/create";
import { removePreview } from "../../previews/remove";
import { listPreviews, type PreviewWork } from "../../previews/work";
import { figuresOf, inLines } from "../figures";
import { built, production, way } from "./expected";
import type { Scenario } from "./scenario";
import type { World } from "./world";

const PULL_REQUEST = 41;
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** Opens a cluster for previews while something is done with it. */
export type OnGround = (world: World, action: (work: PreviewWork) => Promise<void>) => Promise<void>;

/**
 * The whole life of a feature: the scenarios begin with a release, this begins with the pull request that it comes of, on
 * a production that runs an older version. The preview is made by the code that makes every preview, on a rehearsed
 * cluster.
 */
export function life(onGround: OnGround): Scenario {
  return {
    title: "the life of a feature: pull request, preview, merge, QA and its sign-off, staging, soak, canary, watch",
    requirement: "D2.5",
    async play(world) {
      await world.toProduction(world.release("bea"));
      let image = "";
      await onGround(world, async (work) => {
        image = await pullRequest(world, work);
      });
      // What is merged is what was looked at: the same image, by digest (D1.8).
      const release = world.release("ada", { image, migration: "0002_add_address.sql" });
      await world.promote(release, "dev");
      await world.refused(world.promote(release, "staging"), "by a tech-lead is missing", "by a qa is missing");
      await world.approve(release, "staging", "qa");
      await world.refused(world.promote(release, "staging"), "by a tech-lead is missing");
      await world.approve(release, "staging", "lead");
      await world.promote(release, "staging");
      await world.refused(world.promote(release, "production"), "it soaks for 24 h");
      world.pass(24);
      await world.approve(release, "production", "manager");
      await world.refused(world.promote(release, "production"), "by a product-owner is missing");
      await world.approve(release, "production", "owner");
      await world.ends(world.promote(release, "production"), "verified");
      figures(world);
    },
    ledger: [
      ...way,
      ...["released", ...built("dev"), "refused staging"],
      ...["approved staging by qa", "refused staging", "approved staging by lead", ...built("staging")],
      ...["refused production", "approved production by manager", "refused production"],
      ...production.slice(1),
    ],
  };
}

/** Opened, pushed to, merged. @returns the image that was looked at last. */
async function pullRequest(world: World, work: PreviewWork): Promise<string> {
  const names = placeOf(work, PULL_REQUEST);
  const create = async (digit: string, status: Created["status"], what: string): Promise<Created> => {
    const made = await createPreview(work, { pullRequest: PULL_REQUEST, digest: digest(digit) });
    must(made.status === status, `the preview is ${made.status}, not ${status}`);
    for (const word of [MARKER, made.url, made.namespace, made.image])
      must(made.comment.includes(word), `the comment says nothing of ${word}`);
    const answer = await ask(work, names.host);
    must(answer === `${names.namespace}/app`, `${made.url} is answered by ${answer}`);
    world.say(`pull request ${PULL_REQUEST} ${what}: ${made.url} ${made.status}, answered by ${answer}, one comment`);
    return made;
  };
  const opened = await create("a", "created", "is opened");
  const again = await create("a", "unchanged", "is built once more");
  must(again.comment === opened.comment, "the same image says something else");
  const pushed = await create("b", "updated", "is pushed to");
  must((await removePreview(work, PULL_REQUEST)).status === "removed", "there was no preview to remove");
  const left = [
    ...(await listPreviews(work)).map(({ namespace }) => `namespace ${namespace}`),
    ...(await work.edge.resolve(names.host)).map((target) => `a record to ${target}`),
    ...(existsSync(work.layout.work(names.namespace)) ? ["the folder of its stack"] : []),
  ];
  must(left.length === 0, `of the preview there is still ${left.join(", ")}`);
  must((await removePreview(work, PULL_REQUEST)).status === "absent", "it was removed twice");
  world.say(`pull request ${PULL_REQUEST} is merged: its preview is gone, and nothing of it is left`);
  return pushed.image;
}

/** What a browser would be shown. */
async function ask({ edge }: PreviewWork, host: string): Promise<string> {
  const [address = host] = await edge.resolve(host);
  const { status, body } = await edge.get({ scheme: "https", address, host, path: "/" });
  return status === 200 ? body : `HTTP ${status}`;
}

/** The figures that the ledger gives (D7.3). */
function figures(world: World): void {
  const all = figuresOf(world.store.ledger.inspect().entries, world.now());
  const { deploys, failureShare } = all.environments.production;
  must(deploys === 2 && failureShare === 0, `production had ${deploys} deploys, of which ${failureShare} failed`);
  must((all.leadHours ?? 0) >= 24 && (all.workHours ?? Infinity) < 1, "the lead time is not soak and work");
  for (const line of inLines(all)) world.say(line);
}

function must(holds: boolean, why: string): asserts holds {
  if (!holds) throw new Error(why);
}
