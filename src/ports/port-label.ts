import type { PortAddress } from "./port.ts";

/** A port for people: "/dev/ttyUSB0 9600 8N1", "10.1.2.3:9100", "10.1.2.3:9100 TLS". */
export function portLabel(address: PortAddress): string {
	switch (address.kind) {
		case "serial": {
			const parity = { none: "N", even: "E", odd: "O" }[address.parity];
			return `${address.path} ${address.baudRate} ${address.dataBits}${parity}${address.stopBits}`;
		}
		case "tcp":
			return `${address.host}:${address.port}`;
		case "tls":
			return `${address.host}:${address.port} TLS`;
	}
}
