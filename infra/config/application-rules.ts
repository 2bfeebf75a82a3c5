import { mistake, type Rule } from "./mistakes";
import { tooWide } from "./networks";

/** CPU that the quota of one preview lets it request (C2.3). */
const PREVIEW_CPU = 0.5;

/** Certificates, the application's environments and previews (A5, C2 to C4). */
export const applicationRules: readonly Rule[] = [
  ({ environment, certificates }) =>
    environment === "dev" || certificates.issuer !== "letsencrypt-staging"
      ? undefined
      : mistake(
          "certificates.issuer",
          certificates.issuer,
          "trusted certificates outside dev, for parity (A5.4)",
          "set letsencrypt-production or internal-ca",
        ),
  ({ environment, application }) =>
    application === undefined || (application.login !== undefined) === (environment === "dev")
      ? undefined
      : mistake(
          "application.login",
          application.login?.issuer,
          environment === "dev"
            ? "a login in front of QA (C3.4)"
            : "no login but QA's: staging is as production (B8.2)",
          environment === "dev" ? "name issuer, clientId and clientSecret" : "leave application.login out",
        ),
  ({ environment, application }) =>
    environment !== "dev" || application === undefined || application.rollout.by === "rolling"
      ? undefined
      : mistake(
          "application.rollout.by",
          application.rollout.by,
          "QA rolled out pod by pod: it is the same for every test, and a canary needs users (C3.3, D1.3)",
          "leave application.rollout out",
        ),
  ({ environment, application }) =>
    application?.refresh === undefined || environment === "staging"
      ? undefined
      : mistake(
          "application.refresh",
          application.refresh.snapshot.host,
          "data refreshed in staging only: QA keeps its own (C3.2, C4.4)",
          "leave application.refresh out",
        ),
  ({ application }) => [
    ...tooWide("application.database.cidrs", application?.database.cidrs ?? [], "the database's own networks (E3.6)"),
    ...tooWide(
      "application.refresh.snapshot.cidrs",
      application?.refresh?.snapshot.cidrs ?? [],
      "the snapshot's own networks (E3.6)",
    ),
  ],
  ({ environment, previews }) =>
    previews === undefined || environment === "dev"
      ? undefined
      : mistake(
          "previews",
          { maximum: previews.maximum },
          "previews on the dev cluster only (B7, C2.9)",
          "leave previews out",
        ),
  ({ previews, nodePools: { general } }) => {
    // What previews may request together is half of what general nodes may have: the other half is everybody else's.
    const most = Math.floor(general.cpuLimit / 2 / PREVIEW_CPU);
    if (previews === undefined || previews.maximum <= most) return undefined;
    return mistake(
      "previews.maximum",
      previews.maximum,
      `previews that together leave half of nodePools.general.cpuLimit to others (C2.9): at most ${most}`,
      `set ${most} or less, or raise nodePools.general.cpuLimit`,
    );
  },
];
