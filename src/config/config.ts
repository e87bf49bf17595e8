import { resolve } from "node:path";
import type { Driver } from "../devices/driver.ts";
import type { PortAddress, TlsAddress } from "../ports/port.ts";
import type { DevicePort, HostPort } from "./port-schema.ts";
import { splitAddress } from "./port-schema.ts";
import type { AcquirerInput, ConfigInput, DeviceInput, LaneInput } from "./schema.ts";

export interface DeviceConfig {
	readonly id: string;
	readonly driver: string;
	readonly port: PortAddress;
	/** For the driver's own schema, which has accepted them. */
	readonly options: Readonly<Record<string, unknown>>;
}

export type AcquirerConfig = Resolved<AcquirerInput>;

/** The dialect of an ISO 8583:1987 host is a plain name or an absolute path. */
type Resolved<A> = A extends AcquirerInput
	? Omit<A, "hosts"> & { readonly id: string; readonly hosts: readonly [PortAddress, ...PortAddress[]] }
	: never;

export interface LaneConfig extends LaneInput {
	readonly id: string;
}

/** The configuration with every default filled in, every path absolute and every reference known to be good. */
export interface Config {
	readonly dataDirectory: string;
	readonly listen: Readonly<ConfigInput["listen"]>;
	readonly log: Readonly<ConfigInput["log"]>;
	readonly devices: readonly DeviceConfig[];
	readonly acquirers: readonly AcquirerConfig[];
	readonly lanes: readonly LaneConfig[];
}

/** Completes what the file says: `directory` is where it lies. */
export function resolveConfig(input: ConfigInput, directory: string, drivers: readonly Driver[]): Config {
	return {
		dataDirectory: resolve(directory, input.dataDirectory),
		listen: input.listen,
		log: input.log,
		devices: Object.entries(input.devices).map(([id, device]) => resolveDevice(id, device, drivers)),
		acquirers: Object.entries(input.acquirers).map(([id, acquirer]) => resolveAcquirer(id, acquirer, directory)),
		lanes: Object.entries(input.lanes).map(([id, lane]) => ({ id, ...lane })),
	};
}

function resolveDevice(id: string, { driver, port, options }: DeviceInput, drivers: readonly Driver[]): DeviceConfig {
	const defaults = drivers.find((candidate) => candidate.id === driver)?.serialDefaults;
	return { id, driver, port: deviceAddress(port, defaults), options };
}

function deviceAddress(port: DevicePort, defaults: Driver["serialDefaults"] | undefined): PortAddress {
	if ("tcp" in port) {
		return { kind: "tcp", ...splitAddress(port.tcp) };
	}
	const { serial, baudRate, dataBits, parity, ...line } = port;
	return {
		kind: "serial",
		path: serial,
		baudRate: baudRate ?? defaults?.baudRate ?? 9600,
		dataBits: dataBits ?? defaults?.dataBits ?? 8,
		parity: parity ?? defaults?.parity ?? "none",
		...line,
	};
}

function resolveAcquirer(id: string, acquirer: AcquirerInput, directory: string): AcquirerConfig {
	const [primary, ...standbys] = acquirer.hosts;
	const address = (host: HostPort): PortAddress => hostAddress(host, directory);
	const line = { id, hosts: [address(primary), ...standbys.map(address)] } as const;
	return acquirer.profile === "iso87"
		? { ...acquirer, ...line, dialect: dialectOf(acquirer.dialect, directory) }
		: { ...acquirer, ...line };
}

/** A plain name is a dialect that is shipped. */
function dialectOf(dialect: string, directory: string): string {
	return /^[A-Za-z][A-Za-z0-9-]*$/.test(dialect) ? dialect : resolve(directory, dialect);
}

function hostAddress(host: HostPort, directory: string): PortAddress {
	if ("tcp" in host) {
		return { kind: "tcp", ...splitAddress(host.tcp) };
	}
	const { tls, serverName, ca, certificate, key } = host;
	return {
		kind: "tls",
		...splitAddress(tls),
		...(serverName === undefined ? {} : { serverName }),
		...(ca === undefined ? {} : { ca: resolve(directory, ca) }),
		...(certificate === undefined ? {} : { certificate: resolve(directory, certificate) }),
		...(key === undefined ? {} : { key: resolve(directory, key) }),
	} satisfies TlsAddress;
}
