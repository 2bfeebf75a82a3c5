import { expect } from "chai";
import type { Shell } from "../../../orchestrator/doctor/shell";
import type { DoctorItem } from "../../../orchestrator/rollout/context";

/** A shell that answers everything alike. */
export const says =
  (text: string, result: Partial<Awaited<ReturnType<Shell>>> = {}): Shell =>
  () =>
    Promise.resolve({ ok: true, absent: false, text, ...result });
/** A machine without the command. */
export const absent = says("", { ok: false, absent: true });

/** Whatever is missing names its remedy. */
export function expectRemedies(items: readonly DoctorItem[]): void {
  for (const item of items)
    if (item.status !== "ok") expect(item.remedy, item.name).to.be.a("string").and.not.equal("");
}

export const missing = (items: readonly DoctorItem[]) =>
  items.filter(({ status }) => status === "missing").map(({ name }) => name);
