import { text } from "node:stream/consumers";
import { printerOptionsSchema } from "../../src/simulators/printer/options.ts";
import { runPrinter } from "../../src/simulators/printer/run-printer.ts";

// Started as a process of its own by `start-printer.ts`: options as JSON on stdin, addresses on stdout.
const { address, controlPort } = await runPrinter(printerOptionsSchema.parse(JSON.parse(await text(process.stdin))));
process.stdout.write(`${JSON.stringify({ address, controlPort })}\n`);
