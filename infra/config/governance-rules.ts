import { mistake, type Rule } from "./mistakes";
import { isOfPlatform } from "./platform-namespaces";

/** All zones that change their clocks do so within these hours (IANA time zone database 2026). */
const CLOCKS_CHANGE = { from: "00:00", to: "04:00" };

/** Budgets, faults on purpose, meshes, hours and windows (B5, A16, A10, H1, H4). */
export const governanceRules: readonly Rule[] = [
  ({ budget: { limit, contacts: _contacts, ...areas } }) => {
    const total = Object.values(areas).reduce((sum, amount) => sum + amount, 0);
    return limit >= total
      ? undefined
      : mistake("budget.limit", limit, `not below the budget itself, ${total} (B5)`, `set ${total} or more`);
  },
  ({ environment, chaos: { tool, scope } }) => {
    if (tool === "none")
      return scope.length === 0
        ? undefined
        : mistake("chaos.scope", scope, "nothing reads a scope without a tool", "leave it out, or name a tool");
    if (scope.length === 0)
      return mistake(
        "chaos.scope",
        scope,
        `${environment === "production" ? "production is hit only where it says so, and " : ""}faults without a scope hit whatever is nearest (A16.3, E6.5)`,
        'name the namespaces of applications, like [demo], or set tool: "none"',
      );
    return scope
      .filter(isOfPlatform)
      .map((name) =>
        mistake(
          "chaos.scope",
          name,
          "a namespace of an application: a fault in the platform's own hits everybody (A16.3)",
          "name a namespace of an application",
        ),
      );
  },
  ({ mesh: { kind, namespaces } }) =>
    kind === "none" && namespaces.length > 0
      ? mistake("mesh.namespaces", namespaces, "nothing to join without a mesh", "leave it out, or name a kind")
      : undefined,
  ({ mesh: { namespaces } }) =>
    namespaces.flatMap((name, index) =>
      isOfPlatform(name)
        ? [
            mistake(
              `mesh.namespaces[${index}]`,
              name,
              "a namespace of an application: what the platform's own need of a mesh, the platform sets (A10.2)",
              "name a namespace of an application, like demo",
            ),
          ]
        : namespaces.indexOf(name) < index
          ? [mistake(`mesh.namespaces[${index}]`, name, "each namespace once (A10.2)", "remove the second")]
          : [],
    ),
  ({ mesh: { kind, demands } }) =>
    demands.length === 0 || kind === "istio-ambient"
      ? undefined
      : mistake(
          "mesh.demands",
          demands,
          "what only a mesh that refuses plain text brings: Linkerd lets callers outside of it in (A10.3)",
          'set mesh.kind: "istio-ambient", or demand nothing',
        ),
  ({ environment, cost: { workingHours } }) =>
    environment !== "production" || workingHours === undefined
      ? undefined
      : mistake("cost.workingHours", workingHours, "dev and staging alone rest (H4.3)", "leave it out"),
  ({ cost: { workingHours }, maintenance: { windows } }) =>
    [
      ...(workingHours === undefined ? [] : [{ key: "cost.workingHours", hours: workingHours }]),
      ...windows.map((hours, index) => ({ key: `maintenance.windows[${index}]`, hours })),
    ].flatMap(({ key, hours }) =>
      (["start", "end"] as const)
        .filter((side) => hours[side] >= CLOCKS_CHANGE.from && hours[side] < CLOCKS_CHANGE.to)
        .map((side) =>
          mistake(
            `${key}.${side}`,
            hours[side],
            "a time that every day has once: between midnight and 04:00 clocks are changed (H1.4, H4.3)",
            "use a time from 04:00 to 23:59",
          ),
        ),
    ),
  ({ cost: { workingHours } }) =>
    workingHours === undefined || workingHours.start < workingHours.end
      ? undefined
      : mistake(
          "cost.workingHours.end",
          workingHours.end,
          "after the start, on the same day (H4.3)",
          "use a later time",
        ),
  ({ environment, maintenance: { windows } }) =>
    environment === "dev" || windows.length > 0
      ? undefined
      : mistake(
          "maintenance.windows",
          windows,
          "at least one outside dev (H1.4)",
          'name one, like {timeZone: Europe/Berlin, days: [tuesday], start: "09:00", end: "16:00"}',
        ),
  ({ cost: { teams } }) =>
    teams.flatMap((team, index) =>
      teams.indexOf(team) < index ? [mistake(`cost.teams[${index}]`, team, "each team once (A17.2)", "remove it")] : [],
    ),
];
