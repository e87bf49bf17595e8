import { text } from "node:stream/consumers";
import { acquirerOptionsSchema } from "../../src/simulators/acquirer/options.ts";
import { runAcquirer } from "../../src/simulators/acquirer/run-acquirer.ts";
import { shippedCodec } from "./message-spec.ts";

// Started as a process of its own by `start-acquirer.ts`: options as JSON on stdin, addresses on stdout.
const options = acquirerOptionsSchema.parse(JSON.parse(await text(process.stdin)));
const { port, controlPort } = await runAcquirer(options, shippedCodec("unionpay"));
process.stdout.write(`${JSON.stringify({ port, controlPort })}\n`);
