/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import * as grpc from "@grpc/grpc-js";
import type { ProgramHost, ProgramResult } from "../model";
import { channelOptions } from "../provider/connection";

const { LanguageRuntimeClient } = require("@pulumi/pulumi/proto/language_grpc_pb") as any;
const { RunRequest } = require("@pulumi/pulumi/proto/language_pb") as any;

/** Runs the program of the Automation API's caller through the language server it opened (`--client=host:port`). */
export function inlineProgram(address: string): ProgramHost {
  return {
    run(request) {
      const client = new LanguageRuntimeClient(address, grpc.credentials.createInsecure(), channelOptions);
      const message = new RunRequest();
      message.setArgsList([request.engineAddress]);
      message.setProject(request.project);
      message.setStack(request.stack);
      message.setOrganization(request.organization);
      message.setMonitorAddress(request.monitorAddress);
      message.setDryrun(request.dryRun);
      message.setParallel(request.parallel);
      message.setConfigsecretkeysList(request.configSecretKeys);
      for (const [key, value] of Object.entries(request.config)) message.getConfigMap().set(key, value);
      return new Promise<ProgramResult>((resolve) => {
        const done = (result: ProgramResult) => {
          request.signal.removeEventListener("abort", stop);
          client.close();
          resolve(result);
        };
        const running = client.run(message, (error: grpc.ServiceError | null, reply: any) => {
          if (error !== null) done({ ok: false, message: error.details || error.message });
          else if (reply.getError() !== "") done({ ok: false, message: reply.getError() });
          else done({ ok: true });
        });
        const stop = () => running.cancel();
        if (request.signal.aborted) stop();
        request.signal.addEventListener("abort", stop, { once: true });
      });
    },
  };
}
