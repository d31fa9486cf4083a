import { common } from './common.ts';
import { machine } from './machine.ts';
import { machines } from './machines.ts';
import { overview } from './overview.ts';
import { shell } from './shell.ts';
import { system } from './system.ts';

export const en = { ...common, ...shell, ...overview, ...machines, ...system, ...machine };
