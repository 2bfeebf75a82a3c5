import { benchAdmissionCost } from "./admission-cost";
import { benchControlPlane } from "./control-plane";
import { benchEngine } from "./engine";
import { benchInstall } from "./install";
import { benchPolicy } from "./policy";
import { benchProgram } from "./program";
import { benchStart } from "./start";

/** `npm run bench [-- engine|program|start|install|control-plane|policy] [SIZE…]`: figures against their goals; nothing here fails a build. */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const sizes = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const chosen = words.filter((word) => !/^\d+$/.test(word));
  const wanted = (name: string) => chosen.length === 0 || chosen.includes(name);
  if (wanted("install")) benchInstall();
  if (wanted("program")) benchProgram();
  if (wanted("start")) await benchStart();
  if (wanted("control-plane")) await benchControlPlane();
  if (wanted("policy")) await benchPolicy();
  if (wanted("policy")) await benchAdmissionCost();
  if (wanted("engine")) await benchEngine(sizes.length > 0 ? sizes : [100, 1000, 10_000]);
}
void main();
