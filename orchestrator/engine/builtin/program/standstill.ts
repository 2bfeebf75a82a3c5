/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the SDK keeps these out of its typings */

/**
 * Resolves once everything that the running program has declared so far stands, with these as the stack's outputs, and
 * the state file is whole. Asked from within a program that is near its engine (program/nearby.ts): the SDK knows it by
 * its asynchronous context.
 */
export async function standstill(outputs: Readonly<Record<string, unknown>>): Promise<void> {
  const { getStackResource, waitForRPCs, getMonitor, registerResourceOutputs } = {
    ...(require("@pulumi/pulumi/runtime/state") as any),
    ...(require("@pulumi/pulumi/runtime/settings") as any),
    ...(require("@pulumi/pulumi/runtime/resource") as any),
  };
  await waitForRPCs();
  registerResourceOutputs(getStackResource(), outputs);
  await waitForRPCs();
  await new Promise<void>((resolve, reject) => {
    getMonitor().standstill({}, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}
