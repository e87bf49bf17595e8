import { text } from "node:stream/consumers";
import { padOptionsSchema } from "../../src/simulators/kmy-pad/options.ts";
import { runKmyPad } from "../../src/simulators/kmy-pad/run-kmy-pad.ts";

// Started as a process of its own by `start-kmy-pad.ts`: options as JSON on stdin (they hold keys), addresses on stdout.
const { path, tcpPort, controlPort } = await runKmyPad(padOptionsSchema.parse(JSON.parse(await text(process.stdin))));
process.stdout.write(`${JSON.stringify({ path, tcpPort, controlPort })}\n`);
