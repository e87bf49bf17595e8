import { escposDriver } from "./escpos/escpos-driver.ts";
import { kmy350xDriver } from "./kmy350x/kmy350x-driver.ts";
import { visa1000seDriver } from "./visa1000se/visa1000se-driver.ts";

/** Every device family the daemon knows. */
export const drivers = [kmy350xDriver, visa1000seDriver, escposDriver] as const;
