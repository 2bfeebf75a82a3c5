/** One step of an upgrade: what is changed, how it is proven, and what the way back is. */
export interface UpgradeStep {
  readonly title: string;
  readonly change: string;
  readonly proof: string;
  readonly back: string;
}
export interface UpgradePlan {
  readonly environment: string;
  readonly from: string;
  readonly to: string;
  /** Managed add-on → version now. */
  readonly addons: Readonly<Record<string, string>>;
}

/** The steps of one minor version, each by itself and verified before the next (H1.5). Pure. */
export function upgradeSteps({ environment, from, to, addons }: UpgradePlan): UpgradeStep[] {
  const file = `Pulumi.${environment}.yaml`;
  const run = `slipway bootstrap --environment ${environment}`;
  const pins = Object.entries(addons)
    .map(([name, version]) => `${name}: ${version}`)
    .join(", ");
  return [
    {
      title: "control plane",
      change: `in ${file} set cluster.version: "${to}", and keep what is not its turn: cluster.nodeVersion: "${from}"${pins === "" ? "" : `, cluster.addonVersions: {${pins}}`}`,
      proof: `${run}: phase 2 says ${to}, every phase is verified`,
      back: `within seven days EKS takes it back to ${from}, while no node is ahead of it`,
    },
    {
      title: "nodes",
      change: `in ${file} remove cluster.nodeVersion; managed groups change one node at a time, Karpenter's by drift, both by the budgets of disruption`,
      proof: `${run}: every kubelet says ${to} (phase 18)`,
      back: `nodes of ${from} go with a control plane of ${to}: set cluster.nodeVersion: "${from}" again`,
    },
    {
      title: "add-ons",
      change: `in ${file} remove cluster.addonVersions: each gets the newest version for ${to}`,
      proof: `${run}: every add-on is ACTIVE (phase 2)`,
      back: "name the version before in cluster.addonVersions",
    },
    {
      title: "charts and their definitions",
      change:
        "raise versions in infra/charts.ts whose projects test it, definitions before their users, one chart at a time",
      proof: `${run}: the phase of each chart is verified`,
      back: "the version before in slipway:charts; definitions keep serving what they served",
    },
  ];
}
