import type { Facts, PortFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** USB serial chips that brltty takes for Braille displays and detaches (brltty before 6.5). */
const takenByBrltty: ReadonlySet<string> = new Set(["1a86:7523", "10c4:ea60", "0403:6001"]);

type PortTest = (port: PortFacts, facts: Facts) => Omit<Finding, "subject" | "test"> | undefined;

/** Each finds one thing that keeps a serial port from working, or nothing. */
const portTests: Readonly<Record<string, PortTest>> = {
	presence: ({ node, address, device }) =>
		node === undefined
			? {
					grade: "fail",
					says: `${address.path} does not exist: cable, power, or another name`,
					cure: `ls -l /dev/serial/by-id/ /dev/pos/; then set devices.${device}.port.serial`,
				}
			: undefined,
	permission: ({ node, accessible, group }, { user }) =>
		node !== undefined && !accessible
			? {
					grade: "fail",
					says: `${user} may not open ${node}, its group is ${group}`,
					cure: `sudo usermod -aG ${group} ${user} && sudo systemctl restart tillbridge`,
				}
			: undefined,
	holder: ({ node, holder }) =>
		holder === undefined
			? undefined
			: { grade: "fail", says: `${node} is held by ${holder.name} (${holder.pid})`, cure: `sudo kill ${holder.pid}` },
	getty: ({ node }, { processes }) => {
		const tty = baseName(node);
		const getty = processes.find(({ name, command }) => name.includes("getty") && command.split(/\s+/).includes(tty));
		return tty === "" || getty === undefined
			? undefined
			: {
					grade: "fail",
					says: `a login prompt runs on ${node} (pid ${getty.pid})`,
					cure: `sudo systemctl disable --now serial-getty@${tty}.service`,
				};
	},
	console: ({ node }, { consoles }) =>
		consoles.includes(baseName(node))
			? {
					grade: "fail",
					says: `the kernel writes its messages to ${node}`,
					cure: `sudo sed -i 's/console=${baseName(node)}[^ "]*//' /etc/default/grub && sudo update-grub`,
				}
			: undefined,
	"modem-manager": ({ usb }, { processes }) =>
		usb !== undefined && !usb.ignoredByModemManager && processes.some(({ name }) => name === "ModemManager")
			? {
					grade: "warn",
					says: "ModemManager talks to every new USB serial port for some seconds",
					cure: "sudo systemctl mask --now ModemManager",
				}
			: undefined,
	brltty: ({ usb, node }, { processes }) =>
		processes.some(({ name }) => name === "brltty") && (node === undefined || takenByBrltty.has(usb?.id ?? ""))
			? {
					grade: node === undefined ? "fail" : "warn",
					says: "brltty takes this kind of adapter for a Braille display",
					cure: "sudo systemctl mask --now brltty-udev.service brltty.path brltty.service",
				}
			: undefined,
	autosuspend: ({ usb }) =>
		usb?.autosuspend === true
			? {
					grade: "warn",
					says: `the system may power down the adapter ${usb.id} while it is idle`,
					cure: autosuspendRule(usb.id),
				}
			: undefined,
};

/** What is wrong with a serial port; one `ok` when nothing is. */
export function portFindings(port: PortFacts, facts: Facts): readonly Finding[] {
	const found = Object.entries(portTests).flatMap(([test, find]) => {
		const finding = find(port, facts);
		return finding === undefined ? [] : [{ test, subject: port.device, ...finding }];
	});
	const sound = { test: "port", subject: port.device, grade: "ok", says: `${port.address.path} can be used` } as const;
	return found.length === 0 ? [sound] : found;
}

function baseName(node: string | undefined): string {
	return node?.split("/").at(-1) ?? "";
}

function autosuspendRule(id: string): string {
	const [vendor, product] = id.split(":");
	const rule = `ACTION=="add", SUBSYSTEM=="usb", ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${product}", ATTR{power/control}="on"`;
	return `echo '${rule}' | sudo tee /etc/udev/rules.d/70-pos-power.rules && sudo udevadm control --reload && sudo udevadm trigger`;
}
