import type { z } from "zod";
import { type deviceDocument, deviceTestDocument } from "../api/device-document.ts";
import { deviceList } from "../api/device-routes.ts";
import type { ApiClient } from "./api-client.ts";
import { type ConsoleIo, show, table } from "./console-io.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

type DeviceDocument = z.output<typeof deviceDocument>;

/** `devices list`: every configured device, there or not, and why not. */
export async function listDevices(io: ConsoleIo, api: ApiClient): Promise<ExitCode> {
	const list = await api.call({ method: "GET", path: "/v1/devices", answer: deviceList });
	show(io, list, [
		...table(
			["device", "state", "model", "port", "says"],
			list.devices.map((device) => [device.id, device.state, device.model ?? "", device.port, says(device)]),
		),
		...list.devices.flatMap(({ id, cause }) => (cause === null ? [] : [`${id}: ${cause.actions.join(" ")}`])),
	]);
	return list.devices.every(({ state }) => state === "enabled") ? exitCodes.done : exitCodes.failed;
}

/** `devices test`: asks the device itself; moves nothing. */
export async function testDevice(io: ConsoleIo, api: ApiClient, id: string): Promise<ExitCode> {
	const path = `/v1/devices/${encodeURIComponent(id)}/test`;
	const result = await api.call({ method: "POST", path, answer: deviceTestDocument });
	const { passed, durationMs, health, fault } = result;
	show(io, result, [
		`${id}: ${passed ? "passed" : "failed"} in ${Math.round(durationMs)} ms  ${healthText(health)}`.trimEnd(),
		...(fault === null ? [] : [`  ${fault.detail} (${fault.code})`, ...fault.actions.map((action) => `  ${action}`)]),
	]);
	return passed ? exitCodes.done : exitCodes.failed;
}

function says({ cause, health }: DeviceDocument): string {
	return cause === null ? healthText(health) : `${cause.detail} (${cause.code})`;
}

function healthText(health: DeviceDocument["health"]): string {
	return Object.entries(health ?? {})
		.map(([name, value]) => `${name} ${String(value)}`)
		.join(", ");
}
