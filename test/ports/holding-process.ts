import { SerialPort } from "serialport";

// Holds the port named in the first argument until it is killed.
const port = new SerialPort({ path: process.argv[2] ?? "", baudRate: 9600 });
port.on("data", () => undefined);
port.once("open", () => process.stdout.write("held\n"));
