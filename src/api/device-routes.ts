import { z } from "zod";
import type { ManagedDevice } from "../devices/device.ts";
import type { Clock } from "../kernel/clock.ts";
import { withDeadline } from "../kernel/deadline.ts";
import { Fault, isFault } from "../kernel/fault.ts";
import { deviceDocument, deviceTestDocument, ofDevice, showDevice, showHealth } from "./device-document.ts";
import { document } from "./documents.ts";
import { faultReport } from "./fault-report.ts";
import { nothing, type Route, route } from "./route.ts";

const tag = "devices";
const testMs = 15_000;

export const deviceList = document("DeviceList", z.object({ devices: z.array(deviceDocument) }));

const byId = z.strictObject({ id: z.string().meta({ examples: ["pad1"] }) });

/** PIN pads and printers, whether they are there or not. */
export function deviceRoutes(devices: readonly ManagedDevice[], clock: Clock): readonly Route[] {
	const find = (id: string): ManagedDevice => {
		const device = devices.find((one) => one.id === id);
		if (device === undefined) {
			throw new Fault("E_NOEXIST", { context: { device: id } });
		}
		return device;
	};
	return [
		route({
			method: "GET",
			url: "/v1/devices",
			scope: "read",
			tag,
			summary: "All configured devices.",
			request: nothing,
			answers: { 200: { description: "The devices", schema: deviceList } },
			handle: () => ({ status: 200, body: { devices: devices.map(showDevice) } }),
		}),
		route({
			method: "GET",
			url: "/v1/devices/:id",
			scope: "read",
			tag,
			summary: "One device.",
			request: { ...nothing, params: byId },
			answers: { 200: { description: "The device", schema: deviceDocument } },
			handle: ({ params: { id } }) => ({ status: 200, body: showDevice(find(id)) }),
		}),
		route({
			method: "POST",
			url: "/v1/devices/:id/test",
			scope: "operate",
			tag,
			summary: "Ask a device whether it is there, idle and sound. Moves no money and no paper.",
			request: { ...nothing, params: byId },
			answers: { 200: { description: "Passed or not, and why", schema: deviceTestDocument } },
			handle: async ({ params: { id }, signal }) => ({ status: 200, body: await test(find(id), clock, signal) }),
		}),
	];
}

/** A device that does not pass is the result of the test, not an error of the request. */
async function test(
	managed: ManagedDevice,
	clock: Clock,
	signal: AbortSignal,
): Promise<z.input<typeof deviceTestDocument>> {
	const begun = clock.monotonicMs();
	const took = (): number => clock.monotonicMs() - begun;
	try {
		const health = await withDeadline(clock, { name: `test of ${managed.id}`, ms: testMs, signal }, async (stop) =>
			showHealth(await managed.use().checkHealth(stop)),
		);
		return { device: managed.id, passed: true, durationMs: took(), health, fault: null };
	} catch (error) {
		if (signal.aborted || !isFault(error)) {
			throw error;
		}
		const fault = ofDevice(faultReport(error), managed.id);
		return { device: managed.id, passed: false, durationMs: took(), health: null, fault };
	}
}
