import { escposDriver } from "./escpos/escpos-driver.ts";
import { kmy350xDriver } from "./kmy350x/kmy350x-driver.ts";

/** Every device family the daemon knows. */
export const drivers = [kmy350xDriver, escposDriver] as const;
