import type { PinPad } from "../../src/devices/pin-pad.ts";
import type { ClearPad } from "../support/clear-pad.ts";

/** A cardholder who looks at the pad and does nothing. Returns the way back. */
export function thinkForEver({ device }: ClearPad): () => void {
	const pad = device.use();
	const enterPin = pad.enterPin.bind(pad);
	const waits: PinPad["enterPin"] = (_, signal) =>
		new Promise((_resolve, reject) => {
			signal?.addEventListener("abort", () => reject(signal.reason));
		});
	Object.assign(pad, { enterPin: waits });
	return () => Object.assign(pad, { enterPin });
}
