import { type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { REGION, roleNamed } from "../kernel/account.ts";
import type { Unanswered } from "../wire/http.ts";
import type { Simulation } from "./simulation.ts";

/** How an SDK client reaches the simulator without a network: give it to the client as its `requestHandler`. */
export type Transport = {
  readonly metadata: { readonly handlerProtocol: string };
  handle: (request: HttpRequest) => Promise<{ response: HttpResponse }>;
  destroy: () => void;
  updateHttpClientConfig: () => void;
  httpHandlerConfigs: () => Record<string, never>;
};

/** How long a client waits for an answer, in milliseconds. Must be that of the functions' clients (shared/aws/clients.ts). */
const REQUEST_TIMEOUT_MS = 7_000;

/**
 * A transport into the simulator. `goesOn` is called before a request leaves and before its answer is taken. When it returns
 * false, the caller has ended, as after Lambda's timeout: its requests go nowhere, and answers never come.
 */
export function transport(
  simulation: Simulation,
  name: string,
  goesOn: () => boolean = () => true,
): Transport {
  const caller = { name, principal: roleNamed(name), readSince: Number.POSITIVE_INFINITY };
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request) {
      if (!goesOn()) return never();
      const { method, path, headers, body } = request;
      const lowered = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const text =
        body === undefined
          ? ""
          : typeof body === "string"
            ? body
            : new TextDecoder().decode(body as Uint8Array);
      const answer = await simulation.handle({ method, path, headers: lowered, body: text }, caller);
      if (answer.unanswered === "silence") await simulation.sleep(REQUEST_TIMEOUT_MS);
      if (!goesOn()) return never();
      if (answer.unanswered !== undefined) throw connectionError(answer.unanswered);
      const response = new HttpResponse({
        statusCode: answer.status,
        headers: { ...answer.headers },
        body: Buffer.from(answer.body),
      });
      return { response };
    },
    destroy: () => {},
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

/**
 * The settings of an SDK client that runs in this process. All of them are given, so that the client reads no files and no
 * environment: such reads take real time, and no run could be repeated.
 */
export function clientOptions(requestHandler: Transport) {
  return {
    requestHandler,
    // A command is prepared once and not at each call, which takes an eighth of a run's time. The calls are the same.
    cacheMiddleware: true,
    region: REGION,
    endpoint: "https://aws.simulated",
    credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
    retryMode: "standard",
    maxAttempts: 3,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: "",
    authSchemePreference: [],
    disableClockSkewCorrection: async () => false,
    // Nothing checks signatures here, and signing would take half of the run's time.
    signer: { sign: async <R>(request: R) => request },
    defaultUserAgentProvider: async (): Promise<[string, string][]> => [["asg-drain-simulator", "1"]],
  };
}

// The same errors as those of the SDK's NodeHttpHandler: both are transient, so the SDK tries again.
function connectionError(how: Unanswered): Error {
  const [code, message] =
    how === "reset"
      ? ["ECONNRESET", "socket hang up"]
      : ["ETIMEDOUT", `[ERROR] Request timed out after ${REQUEST_TIMEOUT_MS} ms`];
  return Object.assign(new Error(message), { name: "TimeoutError", code });
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}
