import { z } from "zod";

const hostAndPort = z
	.string()
	.regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]/]+):\d{1,5}$/, "is not host:port")
	.refine((text) => portOf(text) >= 1 && portOf(text) <= 65_535, "has no port between 1 and 65535")
	.meta({ description: "Host name or address, and port", examples: ["192.168.1.50:9100"] });

const pemFile = z
	.string()
	.min(1, "is empty")
	// Never the key itself: this file is copied, mailed and backed up.
	.refine((text) => !text.includes("-----BEGIN"), "holds PEM text where a path belongs")
	.meta({ description: "Path of a PEM file, relative to this file", examples: ["./bank-ca.pem"] });

const modemLine = z.enum(["on", "off", "unchanged"]).default("unchanged");

const serialPort = z
	.strictObject({
		serial: z
			.string()
			.startsWith("/", "is not an absolute path")
			.meta({ description: "Path of the serial port, best one that survives replugging", examples: ["/dev/ttyUSB0"] }),
		baudRate: z
			.int()
			.min(300)
			.max(921_600)
			.optional()
			.meta({ description: "Line speed; the driver knows the maker's default", examples: [9600] }),
		dataBits: z.union([z.literal(7), z.literal(8)]).optional(),
		parity: z.enum(["none", "even", "odd"]).optional(),
		stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
		flowControl: z.enum(["none", "rtscts", "xonxoff"]).default("none"),
		dtr: modemLine,
		rts: modemLine,
		hangUpOnClose: z.boolean().default(false).meta({ description: "Drop DTR when the port is closed" }),
	})
	.meta({ description: "A serial port" });

const tcpPort = z.strictObject({ tcp: hostAndPort }).meta({ description: "A TCP connection" });

const tlsPort = z
	.strictObject({
		tls: hostAndPort,
		serverName: z.string().min(1).optional().meta({ description: "Name in the certificate, when not the host" }),
		ca: pemFile.optional(),
		certificate: pemFile.optional(),
		key: pemFile.optional(),
	})
	.meta({ description: "A TLS connection" });

export const devicePortSchema = z
	.union([serialPort, tcpPort])
	.meta({ description: "Where the device hangs", examples: ["{ serial: /dev/ttyUSB0 }"] });

export const hostPortSchema = z
	.union([tcpPort, tlsPort])
	.meta({ description: "Address of the acquirer", examples: ['{ tcp: "10.0.0.1:9001" }'] });

export type DevicePort = z.output<typeof devicePortSchema>;
export type HostPort = z.output<typeof hostPortSchema>;

/** Takes "host:port" or "[v6]:port" apart; the text was validated. */
export function splitAddress(text: string): { readonly host: string; readonly port: number } {
	const host = text.slice(0, text.lastIndexOf(":"));
	return { host: host.replace(/^\[(.*)\]$/, "$1"), port: portOf(text) };
}

function portOf(text: string): number {
	return Number(text.slice(text.lastIndexOf(":") + 1));
}
