import { text } from "node:stream/consumers";
import { visaPadOptionsSchema } from "../../src/simulators/visa-pad/options.ts";
import { runVisaPad } from "../../src/simulators/visa-pad/run-visa-pad.ts";

// Started as a process of its own by `start-visa-pad.ts`: options as JSON on stdin (they hold keys), addresses on stdout.
const options = visaPadOptionsSchema.parse(JSON.parse(await text(process.stdin)));
const { path, tcpPort, controlPort } = await runVisaPad(options);
process.stdout.write(`${JSON.stringify({ path, tcpPort, controlPort })}\n`);
