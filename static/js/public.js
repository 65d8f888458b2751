// Public pages: countdowns tick; nothing is spoken.

import { startClocks } from "./clock.js";

startClocks({ say() {}, warn() {} });
