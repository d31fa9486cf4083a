import type { en } from '../en/index.ts';
import type { Translation } from '../message.ts';
import { builds } from './builds.ts';
import { common } from './common.ts';
import { create } from './create.ts';
import { events } from './events.ts';
import { facts } from './facts.ts';
import { files } from './files.ts';
import { guest } from './guest.ts';
import { guestImages } from './guest-images.ts';
import { images } from './images.ts';
import { isolation } from './isolation.ts';
import { limits } from './limits.ts';
import { logs } from './logs.ts';
import { machine } from './machine.ts';
import { machines } from './machines.ts';
import { networks } from './networks.ts';
import { newVm } from './new-vm.ts';
import { overview } from './overview.ts';
import { processes } from './processes.ts';
import { registries } from './registries.ts';
import { screen } from './screen.ts';
import { shell } from './shell.ts';
import { snapshots } from './snapshots.ts';
import { stacks } from './stacks.ts';
import { system } from './system.ts';
import { terminal } from './terminal.ts';
import { vmDisks } from './vm-disks.ts';
import { vmHardware } from './vm-hardware.ts';
import { vmStart } from './vm-start.ts';
import { volumes } from './volumes.ts';

export const ko: Translation<typeof en> = {
  ...common,
  ...builds,
  ...events,
  ...create,
  ...facts,
  ...guest,
  ...guestImages,
  ...images,
  ...files,
  ...isolation,
  ...limits,
  ...logs,
  ...machine,
  ...machines,
  ...networks,
  ...newVm,
  ...overview,
  ...registries,
  ...processes,
  ...screen,
  ...shell,
  ...snapshots,
  ...stacks,
  ...system,
  ...terminal,
  ...vmHardware,
  ...vmStart,
  ...vmDisks,
  ...volumes,
};
