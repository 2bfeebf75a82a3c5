import { charts } from "../charts";
import { mistake, type Rule } from "./mistakes";

/** Rules of what is off unless an environment chooses it. */
export const optionRules: readonly Rule[] = [
  ({ autoscaling: { eventDriven }, stateful: { kafka } }) =>
    kafka.clients.includes(charts.keda.namespace) && eventDriven !== "keda"
      ? mistake(
          "stateful.kafka.clients",
          kafka.clients,
          `no client that is not there: ${charts.keda.namespace} is KEDA's namespace (A11.8, A13)`,
          'set autoscaling.eventDriven: "keda", or remove it',
        )
      : undefined,
];
