/** Where Calico's operator puts what enforces, and the agent of each node: read by the program and the rehearsal alike. */
export const CALICO = { namespace: "calico-system", agent: "calico-node" } as const;
