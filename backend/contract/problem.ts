import { z } from 'zod';
import { inWords, problemWords } from './problem-words.ts';

/** The closed list of what can go wrong, for code that decides. People read the reason's sentence. */
export const problemCode = z.enum([
  'notFound',
  'wrongState',
  'unsupported',
  'unreachable',
  'authFailed',
  'denied',
  'invalidInput',
  'conflict',
  'noSpace',
  'timedOut',
  'cancelled',
  'exited',
  'internal',
]);
export type ProblemCode = z.infer<typeof problemCode>;

/**
 * Every sentence that the backend can say when something fails: fact first, then what to do.
 * `{name}` is filled from the problem's params. The renderer holds the other languages under the same keys.
 */
export const problemReasons = {
  internal: ['internal', 'Something in Catamaran failed: {message}. The log has the details.'],
  cancelled: ['cancelled', 'Cancelled.'],
  invalidInput: ['invalidInput', '{field}: {message}'],
  timedOut: ['timedOut', '{what} did not answer within {seconds} s. Try again, or look at its log.'],
  hostUnreachable: ['unreachable', 'The host {host} cannot be reached: {message}. Check its address, that it is on, and its SSH service.'],
  hostKeyUnknown: [
    'denied',
    'The host key of {host} is not known ({fingerprint}). Compare it with the server’s and add it to known_hosts.',
  ],
  hostKeyChanged: ['denied', 'The host key of {host} has changed ({fingerprint}). Do not connect before you know why.'],
  hostAuthFailed: ['authFailed', '{host} refused the sign-in of {user}. Check the key or the agent.'],
  commandMissing: ['unsupported', '{command} is not installed on {host}. Install it (Debian, Ubuntu: apt install {package}).'],
  commandFailed: ['exited', '{command} ended with {exitCode}: {message}'],
  fileMissing: ['notFound', '{path} does not exist.'],
  fileDenied: ['denied', 'You may not use {path}. Check who owns it, and its permissions.'],
  fileFailed: ['internal', '{path} cannot be used: {message}.'],
  socketUnreachable: ['unreachable', 'Nothing answers at {endpoint}: {message}. Start the service that listens there.'],
  noFreePort: ['conflict', 'No TCP port at or above {from} is free on {host}. Choose a lower one.'],
  noSpace: ['noSpace', 'The disk that holds {path} is full. Free some space ({neededMiB} MiB are needed) and try again.'],
  noContainerEngine: [
    'unreachable',
    'No container engine runs and none can be started. Install Podman or Docker (Debian, Ubuntu: apt install podman), then press Search again.',
  ],
  engineUnreachable: ['unreachable', '{engine} does not answer: {message}. Catamaran goes on trying.'],
  engineTooOld: [
    'unsupported',
    '{engine} speaks version {offered} of the Docker API; {needed} is the oldest that Catamaran speaks. Update the engine.',
  ],
  engineDenied: ['denied', 'You may not use {endpoint}. Join its group or use a rootless engine.'],
  engineRefused: ['conflict', '{engine} refused: {message}'],
  embeddedEngineFailed: ['exited', 'The embedded engine did not start: {message}'],
  containerInPod: ['unsupported', '{name} belongs to the pod {pod} and cannot be made anew alone. Duplicate it instead.'],
  notPutBack: ['internal', '{problem} {name} could not be put back: {message}. It is kept as {kept}.'],
  templateMissing: ['notFound', 'This template is gone; it was removed meanwhile.'],
  templateNameTaken: ['conflict', 'There is a template {name} already. Choose another name, or remove that one.'],
  templatesUnreadable: ['invalidInput', 'The templates in {path} cannot be read: {message}. Mend the file, or move it away.'],
  machineMissing: ['notFound', 'This machine is gone; it was removed meanwhile.'],
  machineWrongState: ['wrongState', '{name} is {state}: {action} is not possible now.'],
  limitTooLow: ['invalidInput', 'The limit is too low: {least} is the least that engines take.'],
  limitTooHigh: ['invalidInput', 'The limit is above what the host has, which is {most}. Choose a lower one.'],
  limitNotRemovable: [
    'unsupported',
    '{engine} cannot take this limit off while the container exists. Set it as high as the host allows, or make the container anew.',
  ],
  limitBelowUse: ['conflict', 'More than that is in use and cannot be given back. Choose a higher limit, or stop something inside first.'],
  limitIgnored: ['unsupported', '{engine} did not set the limit: {message}'],
  restartPolicyFixed: [
    'unsupported',
    '{engine} sets the restart policy when a container is made, and this version cannot change it later. Make the container anew with another one.',
  ],
  networkMissing: ['notFound', 'This network is gone; it was removed meanwhile.'],
  networkInUse: ['conflict', 'The network {network} is in use. Disconnect or remove the machines on it first.'],
  networkBuiltIn: ['unsupported', 'The network {network} is the engine’s own and cannot be removed.'],
  alreadyOnNetwork: ['conflict', 'It is on {network} already. Disconnect it first to give it another address or other names.'],
  notOnNetwork: ['conflict', 'It is not on {network} any more.'],
  subnetInvalid: ['invalidInput', '“{subnet}” is no subnet. Write its first address and its length, like 10.89.5.0/24.'],
  subnetTaken: [
    'conflict',
    '{subnet} overlaps with {owner}: an address could mean two machines. Choose another, or leave it to the engine.',
  ],
  addressOutside: [
    'invalidInput',
    '{address} is not an address that a machine can have in {subnet}. Choose another, or leave it to the engine.',
  ],
  addressTaken: ['conflict', '{address} is taken by {owner}. Choose another, or leave it to the engine.'],
  machineNotRunning: ['wrongState', '{name} does not run, so there is no process to look at. Start it first.'],
  machineEnded: ['wrongState', 'It ended while it was looked at. Start it again to look inside.'],
  processGone: ['notFound', 'The process {pid} has ended already.'],
  processDenied: ['denied', 'You may not send a signal to process {pid}: it belongs to another user of this host.'],
  processHidden: [
    'unsupported',
    'The processes of {engine} are not processes of this host: it runs in a virtual machine of its own, so there is nothing to read here.',
  ],
  actionUnsupported: ['unsupported', '{engine} cannot {action}.'],
  imageMissing: ['notFound', 'The image {image} is not here. Pull it first, or check its name.'],
  imageInUse: ['conflict', 'The image {image} is used by {machines}. Remove those first.'],
  imageLastName: ['conflict', '{image} is the image’s only name. Give it another first, or remove the image.'],
  archiveUnusable: ['invalidInput', 'The archive cannot be used: {message}. Check that it is whole, and of the kind that is asked for.'],
  scannerFailed: ['exited', '{scanner} failed: {message}.'],
  scannerNeedsDatabase: [
    'unsupported',
    '{scanner} has no database of vulnerabilities yet. Let it fetch one, which needs the network; from then on it works without.',
  ],
  engineNoSpace: ['noSpace', 'The disk of {engine} is full: {message}. Remove images or volumes that nobody needs and try again.'],
  imageNameInvalid: ['invalidInput', '“{image}” is not an image name. Write it like debian:12 or registry.example/team/app:tag.'],
  registryDenied: ['authFailed', 'The registry refused {image}: it does not exist there, or you have to sign in.'],
  registryAway: ['unreachable', 'The registry {registry} is away: {message}. Check its name, that it runs, the network and the proxy.'],
  registrySlow: ['timedOut', 'The registry {registry} is too slow: {message}. Try again later, or check the network and the proxy.'],
  registryWrong: ['invalidInput', '{registry} answers, but not as a registry: {message}. Check the name and the port.'],
  registryRefused: ['authFailed', 'The registry {registry} refused: {message}. Sign in, or ask its owner for access.'],
  registryCredentialsWrong: ['authFailed', 'The registry {registry} does not take this user name and password. Type them again.'],
  registryTls: [
    'denied',
    'The connection to the registry {registry} is not safe: {message}. Add its certificate authority on the engine’s host, or allow it as an insecure registry.',
  ],
  registryBusy: ['timedOut', 'The registry {registry} takes no more requests for now: {message}. Wait, or sign in for a higher limit.'],
  registryFailed: ['internal', 'The registry {registry} failed: {message}. Try again later, or tell its owner.'],
  registryInterrupted: ['unreachable', 'The connection to the registry {registry} broke: {message}. Repeat it; finished layers are kept.'],
  clientConfigUnreadable: ['invalidInput', '{path} is not JSON as Docker and Podman write it. Mend the file; it is left as it is.'],
  credentialsPlain: [
    'denied',
    'No credential helper is set up, so the password would lie in {path} in plain base64, which hides nothing. Allow that, or set up a helper (credsStore in that file).',
  ],
  credentialHelperMissing: [
    'unsupported',
    'The credential helper docker-credential-{helper} is not installed. Install it, or take it out of the client’s configuration.',
  ],
  credentialHelperFailed: ['exited', 'The credential helper docker-credential-{helper} failed: {message}. Check that it is unlocked.'],
  platformMissing: ['notFound', 'The image {image} is not there for {platform}. Choose another platform.'],
  buildFailed: ['exited', 'The build failed: {message}'],
  buildMissing: ['notFound', 'This build is not known any more: builds are remembered until Catamaran is closed. Start it again.'],
  buildContextMissing: ['notFound', 'There is no folder {path} on this computer.'],
  dockerfileMissing: ['notFound', 'There is no {name} in {path}. Choose the file to build from.'],
  dockerignoreInvalid: ['invalidInput', '{name}, line {line}: {message}.'],
  contextUnsendable: ['conflict', 'The files of this build are gone: they were dropped on the page. Drop the folder again.'],
  starterUnavailable: ['unsupported', 'The starter image needs a static busybox (Debian, Ubuntu: apt install busybox-static).'],
  filePathMissing: ['notFound', '{path} is not there; it may have been removed meanwhile.'],
  fileTaken: ['conflict', '{path} exists already. Choose another name, or remove it first.'],
  fileNotFolder: ['invalidInput', '{path} is not a folder.'],
  fileNotRegular: ['invalidInput', '{path} is not a file with content that can be read.'],
  fileReadOnly: ['denied', '{path} is read-only: the container was made that way, or what is mounted there.'],
  fileDiskFull: ['noSpace', 'There is no space left where {path} is. Remove something there and try again; nothing of it was kept.'],
  fileLinkLoop: ['invalidInput', 'The links in {path} lead in a circle.'],
  fileCommandFailed: ['exited', '{path}: {message}'],
  filesUnreachable: [
    'unsupported',
    'The files of {name} cannot be reached: {message}. A helper container is needed for them; build the starter image, and try again.',
  ],
  filesNeedRunning: [
    'wrongState',
    'The files of {name} can be reached only while it runs: its engine stores them as {storage}. Start it first.',
  ],
  archiveInvalid: ['invalidInput', 'This is no whole tar archive: {message}. Nothing of it was kept.'],
  archiveHostile: ['denied', 'The archive wants to write outside its folder ({entry}). Nothing of it was kept.'],
  volumeMissing: ['notFound', 'The volume {volume} is not there; it was removed meanwhile.'],
  volumeInUse: ['conflict', 'The volume {volume} is used by {machines}. Remove those first.'],
  nameTaken: ['conflict', 'The name {name} is taken. Choose another.'],
  sourceMissing: ['notFound', '{path} does not exist on the host of the engine. Make it first, or let the engine make the folder.'],
  portTaken: ['conflict', 'Port {port} is taken by {owner}. Use {next}?'],
  entrypointMissing: ['exited', 'The image’s entrypoint {entrypoint} does not exist in it. Check the image’s entrypoint and command.'],
  entrypointFailed: ['exited', 'The workload could not be started: {message}'],
  outOfMemory: ['exited', '{name} needed more memory than its limit of {limitMiB} MiB and was ended. Raise the limit and start it again.'],
  noShell: ['unsupported', 'This image has no shell (/bin/sh), so no terminal can be opened in it. Its logs still work.'],
  qemuMissing: [
    'unsupported',
    'QEMU is not installed. Install it (Debian, Ubuntu: apt install qemu-system-x86 qemu-utils), then press Search again.',
  ],
  qemuFailed: ['exited', 'QEMU did not start: {message}'],
  firmwareMissing: [
    'unsupported',
    'There is no UEFI firmware on this host. Install it (Debian, Ubuntu: apt install {package}), or choose BIOS.',
  ],
  microvmEmulated: [
    'unsupported',
    'Guests are emulated on this host, and Linux hangs on an emulated microvm: it finds no clock to measure by. Choose q35.',
  ],
  acceleratorUnknown: ['wrongState', 'What runs guests on this host is still being found out. Try again in a moment.'],
  qemuArchitectureMissing: [
    'unsupported',
    'This host has no QEMU for {architecture}. Install it (Debian, Ubuntu: apt install {package}), then start the machine again.',
  ],
  swtpmMissing: [
    'unsupported',
    'There is no TPM emulator on this host. Install it (Debian, Ubuntu: apt install {package}), or do without a TPM.',
  ],
  bridgeHelperDenied: [
    'denied',
    'QEMU’s helper for bridges may not run as root here. Allow it: chmod u+s {path}. A user network works without.',
  ],
  bridgeNotAllowed: ['denied', 'Machines may not join the bridge {bridge}. Add the line “allow {bridge}” to {path}.'],
  tapNotYours: [
    'denied',
    'The tap device {device} belongs to another user. Make one that is yours: ip tuntap add {device} mode tap user {user}.',
  ],
  hardwareImpossible: ['invalidInput', 'There is no such machine: {message}.'],
  cloudInitInvalid: ['invalidInput', 'cloud-init would not take line {line} of the {text}. Mend it, then create the machine again.'],
  guestIgnoresShutdown: [
    'timedOut',
    '{name} did not shut down within {seconds} s. Shut it down from inside, install a guest agent in it, or power it off, which may lose what it has not written.',
  ],
  snapshotMissing: ['notFound', 'This snapshot is not there any more. Somebody else may have deleted it.'],
  memoryNotSaved: [
    'unsupported',
    'QEMU could not write down the memory of {name}: {message}. Shared folders and devices of the host keep it from that: take them away, or leave the memory out.',
  ],
  memoryNoSpace: [
    'noSpace',
    'The host’s disk with {folder} is full, so the memory of {name} was not saved. Nothing is lost, and it goes on: make room there, then try again.',
  ],
  memoryUnfit: [
    'conflict',
    'The saved memory of {name} was written with something else than it has now ({parts}), and cannot go on with that. Change it back, or discard the memory and boot.',
  ],
  memoryUnusable: ['exited', 'QEMU could not go on with the saved memory of {name}: {message}. Try again, or discard it and boot.'],
  vmBusy: ['conflict', '{name} is busy: {work}. Wait until that has ended, or cancel it.'],
  qemuExited: [
    'exited',
    'QEMU ended without being asked: {message}. What its guest had written is on its disks: start it again, and check them if it ends again.',
  ],
  noAccelerator: [
    'unsupported',
    'No accelerator runs guests on {host}: {message}. Install QEMU with its emulation (Debian, Ubuntu: apt install qemu-system-x86), then start the machine again.',
  ],
  kernelMissing: ['unsupported', 'There is no guest kernel yet. Run npm start once with network, or put a kernel package in {path}.'],
  kernelUnreadable: [
    'invalidInput',
    '{path} is no Linux kernel that can be unpacked: {message}. Remove its folder, then run npm start once with network.',
  ],
  definitionInvalid: ['invalidInput', 'The definition {path} cannot be used: {message}. Mend the file, or remove the machine.'],
  diskBuildFailed: ['exited', 'The disk of {image} could not be made: {message}'],
  diskUnfinished: ['wrongState', 'The disk of {name} was not finished. Remove the machine and run the image again.'],
  vmDiskFull: [
    'noSpace',
    'The host’s disk with {folder} is full, so {name} was paused while it wrote. Nothing is lost: make room there, then resume it.',
  ],
  vmDiskFailed: [
    'internal',
    'The host could not use the disk {disk} of {name} ({message}), so it was paused. Mend that and resume it: it then tries again.',
  ],
  diskInUse: ['conflict', 'The disk {path} is in use by {owner}. Stop that machine first, or give this one a disk of its own.'],
  diskDamaged: ['invalidInput', 'The disk {path} is damaged: {message}. Check it, then repair it, or go back to a copy of it.'],
  diskBaseMissing: [
    'notFound',
    'The disk {path} is built upon {base}, which is not there. Put that file back; without it the disk is not whole.',
  ],
  diskUnusable: ['invalidInput', 'The disk {path} cannot be used: {message}'],
  diskMissing: ['notFound', 'There is no disk {disk} any more.'],
  diskNeedsStop: ['wrongState', '{name} runs and has its disks open. Shut it down first.'],
  diskSuspended: ['wrongState', '{name} is suspended, and its memory must find its disks as they were. Start it first.'],
  diskStandsAlone: ['unsupported', 'The disk {disk} is built upon nothing: it stands alone already.'],
  diskIsRoot: ['unsupported', '{name} starts from this disk. Add another, or delete the machine.'],
  diskWorkloadOne: [
    'unsupported',
    '{name} runs an image’s process from the one disk that was made of the image. Grow that one, or make a machine with a system of its own.',
  ],
  diskTooMany: ['conflict', '{name} has {count} added disks, which is as many as there is room for. Detach one and delete its file first.'],
  diskUncheckable: [
    'unsupported',
    '{path} is a raw disk: it has no tables that could be checked. Check the filesystems in it from inside.',
  ],
  diskUnrepairable: [
    'invalidInput',
    'The disk {path} cannot be repaired: {count} errors remain. Nothing was changed. Go back to a copy of it, or export what can be read.',
  ],
  diskShrink: [
    'unsupported',
    'A disk can only grow: below {sizeMiB} MiB what is at its end would be cut off. Add a smaller disk and copy what is needed.',
  ],
  diskHasSnapshots: ['conflict', 'The disk {path} holds {count} snapshots, which this would lose. Remove them first.'],
  filesLinked: [
    'conflict',
    'The disks of {machines} are built upon files of {name}. Flatten those disks, or delete those machines for good, and try again.',
  ],
  diskNamesOthers: ['denied', '{path} would read the file {other} too. Bring a disk that stands alone: convert it where it comes from.'],
  guestFailed: ['exited', 'The guest could not start its workload: {message}'],
  vmArchiveInvalid: ['invalidInput', 'This is no whole archive of a virtual machine: {message}. Nothing of it was kept.'],
  vmArchiveVersion: [
    'unsupported',
    'The archive is of version {version}, and this Catamaran reads version {known}. Update Catamaran, then import it again.',
  ],
  vmArchiveDamaged: [
    'invalidInput',
    '{file} in the archive is damaged: its SHA-256 is not the one that the archive names. Get the archive again; nothing of it was kept.',
  ],
  discLocked: [
    'conflict',
    'The guest holds the disc in the drive of {name}. Eject it in the guest first, or force it out; what reads it then fails.',
  ],
  discUnreadable: ['invalidInput', '{path} cannot be put into the drive: {message}'],
  vmArchiveHostile: ['denied', '{file} in the archive refers to a file outside of it. Nothing of it was kept.'],
  guestSilent: ['timedOut', 'The guest of {name} said nothing for {seconds} s. Look at its boot log.'],
  downloadMissing: ['notFound', '{server} has no such file any more ({url}, HTTP {status}). Check the address.'],
  downloadDenied: ['denied', '{server} does not give out {url} (HTTP {status}). Check the address, and whether one has to sign in.'],
  downloadRefused: ['unreachable', '{server} answered with HTTP {status} for {url}. Try again later; what has come so far is kept.'],
  downloadAway: [
    'unreachable',
    '{server} cannot be reached: {message}. Check the network and the proxy, then resume; what has come so far is kept.',
  ],
  downloadProxyFailed: [
    'unreachable',
    'The proxy {proxy} does not help: {message}. Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY where Catamaran was started.',
  ],
  downloadInsecure: ['denied', '{url} leads to {target}, which is not encrypted. Nothing of it was used.'],
  checksumMismatch: [
    'invalidInput',
    '{name} is not the file that was published: its {algorithm} is {actual} and should be {expected}. It was removed; download it again.',
  ],
  checksumUnpublished: ['notFound', '{url} names no {algorithm} for {name}, so the file cannot be verified and was not downloaded.'],
  catalogueEntryMissing: ['notFound', 'The catalogue has no image {image} any more. Open it again.'],
  catalogueUnreadable: ['invalidInput', 'Your catalogue {path} cannot be used: {message}. Mend the file; the built-in images still work.'],
  guestImageMissing: ['notFound', 'This image is gone; it was removed meanwhile.'],
  guestImageNotReady: ['wrongState', '{name} has not come whole yet. Wait until it has, or resume it.'],
  guestImageInUse: ['conflict', '{name} is used by {machines}. Remove those first.'],
  guestImageBusy: ['conflict', 'A disk is being made of {name} right now. Wait until it is there.'],
  guestImageNotDisk: ['invalidInput', '{name} is a disc to install from, not a disk. Put it into a CD-ROM drive.'],
  guestImageLarger: ['invalidInput', '{name} is a disk of {neededMiB} MiB. Ask for one at least as large.'],
  guestImageUnreadable: ['invalidInput', '{name} cannot be used as {format}: {message}. Get it anew, or check it where it comes from.'],
  guestImageNeedsOthers: [
    'denied',
    '{name} ({format}) reads from another file: {other}. Such an image could show a guest any file of this computer, so it was not taken. Merge it into one file first (qemu-img convert).',
  ],
  composeMissing: [
    'unsupported',
    'No Compose is installed on {host}. Install it (Debian, Ubuntu: apt install {package}); all else works without it.',
  ],
  composeFailed: ['exited', '{command} failed: {message}'],
  stackBusy: ['conflict', 'Another command still runs on {stack}. Wait until it has ended, or cancel it.'],
  stackFilesUnknown: ['notFound', 'Nothing says where the Compose file of {stack} is. Open the file; then this works too.'],
  stackNotDown: ['wrongState', '{stack} still has containers. Take it down first; without its file that would be harder.'],
  fileChanged: ['conflict', '{path} was changed by someone else since it was read. Read it again; your text is kept until then.'],
  podMissing: ['notFound', 'This pod is gone; it was removed meanwhile.'],
  podHolderMissing: [
    'unsupported',
    'Podman has nothing to hold a pod with: catatonit is not installed. Install it (Debian, Ubuntu: apt install catatonit).',
  ],
  nothingToBoot: [
    'notFound',
    'The firmware of {name} found nothing to boot: no disc in its drive and no disk starts a system. Put in a disc that boots, then reset the machine.',
  ],
  noDisplay: ['unsupported', '{name} has no screen. Use its console, or give it a display and start it again.'],
  guestAgentSilent: ['timedOut', 'No guest agent answers in this machine. The page “Guest” says how to install and start one.'],
  guestAgentConfused: ['internal', 'The guest agent answered {command} with what cannot be read. Update the agent in the guest.'],
  guestCommandMissing: [
    'unsupported',
    'The guest agent does not know {command}, or is not allowed to do it. Update the agent, or take {command} off its list of blocked commands.',
  ],
  guestRefused: ['conflict', 'The guest agent refused: {message}'],
  guestCommandFailed: ['exited', '{command} did not work in the guest: {message}'],
  terminalMissing: ['notFound', 'This terminal has ended. Open a new one.'],
  transferMissing: ['notFound', 'The file did not come: the page that sends or saves it is gone. Try again.'],
  taskMissing: ['notFound', 'This task is not known any more.'],
  taskNotCancellable: ['unsupported', 'This task cannot be cancelled; it ends by itself.'],
  settingsUnreadable: [
    'invalidInput',
    'The settings file {path} cannot be read: {message}. Defaults are used; the file was kept as {backup}.',
  ],
  backendLost: ['unreachable', 'Catamaran does not answer. This page goes on trying; if it was ended, start it again with npm start.'],
  signedOut: ['authFailed', 'This page is not signed in. Run npm start in a terminal and open the link that it prints.'],
  versionMismatch: ['unsupported', 'This page is of another version of Catamaran ({page}, the app is {app}). Reload it.'],
  alreadyRunning: ['conflict', 'Catamaran already runs here (process {pid}).'],
} as const satisfies Record<string, readonly [ProblemCode, string]>;

export type ProblemReason = keyof typeof problemReasons;
export type ProblemParams = Record<string, string | number>;

/** What crosses the wire when a call fails, or when a machine, an engine or a task carries a failure. */
export interface Problem {
  code: ProblemCode;
  reason: ProblemReason;
  params: ProblemParams;
  /** The English sentence, for logs and for callers without a catalogue. */
  message: string;
  /** Foreign text as it came (an engine's own words), shown on demand. */
  detail: string | null;
}

/** Known by its name: every call carries it, and the compiler would write all of its reasons out each time. */
export const problem: z.ZodType<Problem, Problem> = z.object({
  code: problemCode,
  reason: z.enum(Object.keys(problemReasons) as [ProblemReason, ...ProblemReason[]]),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.string(),
  detail: z.string().nullable(),
});

/** Fills `{name}` places; a missing param stays visible as its name, so that nobody reads an empty sentence. */
export function fillTemplate(template: string, params: ProblemParams): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => String(params[key] ?? key));
}

export function toProblem(reason: ProblemReason, params: ProblemParams = {}, detail: string | null = null): Problem {
  const [code, template] = problemReasons[reason];
  return { code, reason, params, message: fillTemplate(template, inWords(params, problemWords)), detail };
}
