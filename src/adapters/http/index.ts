export { type Door, openDoors } from './doors.ts';
export { ping } from './ping.ts';
export { openProbes, type Routes } from './probes.ts';
export { openProcessFigures } from './process-figures.ts';
export { signedByPagerDuty, signedByUs } from './signatures.ts';
