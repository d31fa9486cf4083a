/**
 * What is run beside the files: fixed POSIX shell scripts that coreutils and busybox both understand. Arguments: the root, then
 * the folder's path part by part up to a `/`, then what the script itself takes. Parts and names come through `toArgument`.
 * No script follows a link: where a part of the path is one, it ends with EXIT.link and says which and whereto.
 */

export const EXIT = { link: 40, root: 41, notFolder: 42, denied: 43, missing: 44, notRegular: 46, taken: 47 } as const;

/** Decodes into $r; the dot keeps newlines at the end, which `$( )` would cut off. */
const DECODE = `r() { r=$(printf '%b.' "$1"); r=\${r%.}; }`;

const WALK = `PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
${DECODE}
link() { printf '%s/' "$i"; readlink -n "./$r"; exit ${EXIT.link}; }
cd "$1" || exit ${EXIT.root}
shift
i=0
while [ "$1" != / ]; do
  r "$1"
  [ -L "./$r" ] && link
  [ -e "./$r" ] || exit ${EXIT.missing}
  [ -d "./$r" ] || exit ${EXIT.notFolder}
  cd "./$r" 2>/dev/null || exit ${EXIT.denied}
  i=$((i+1))
  shift
done
shift
`;

const OR_TAKEN = `if [ -e "./$r" ] || [ -L "./$r" ]; then exit ${EXIT.taken}; fi`;

/** Whether all that the scripts need is there. */
/** The name that our shells go by, after which the engine's events of them are known and left out. */
export const SHELL_NAME = 'catamaran-files';

export const PROBE = `PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
for tool in cat chmod chown cp find head mkdir mv readlink rm stat tar; do command -v "$tool" >/dev/null || exit 1; done
stat -c %f / >/dev/null 2>&1 || exit 1
`;

/**
 * First each entry as LISTED_FORMAT, then a NUL, then each link's name and target, each with a NUL. A name holds no `/`, so
 * nothing in it can pretend to be the next entry.
 */
export const LIST = `${WALK}[ -r . ] || exit ${EXIT.denied}
find . -mindepth 1 -maxdepth 1 -exec stat -c '%f/%s/%u/%g/%U/%G/%Y/%n/' {} + 2>/dev/null
printf '\\0'
find . -mindepth 1 -maxdepth 1 -type l -exec sh -c 'for f; do printf "%s\\0" "$f"; readlink -n "$f"; printf "\\0"; done' sh {} + 2>/dev/null
exit 0
`;

/** `name`: its size in bytes. */
export const STAT_FILE = `${WALK}r "$1"
[ -L "./$r" ] && link
[ -e "./$r" ] || exit ${EXIT.missing}
[ -f "./$r" ] || exit ${EXIT.notRegular}
[ -r "./$r" ] || exit ${EXIT.denied}
exec stat -c %s "./$r"
`;

/** `name`: all of it. */
export const READ = `${WALK}r "$1"
exec cat "./$r"
`;

/** `name, bytes` */
export const READ_START = `${WALK}r "$1"
exec head -c "$2" "./$r"
`;

export const MAKE_FOLDER = `${WALK}r "$1"
${OR_TAKEN}
exec mkdir "./$r"
`;

/** Only the walk: whether the path is a folder, and where it really is. */
export const RESOLVE = `${WALK}exit 0
`;

/** `name, the target's parts…`: both folders are without links, the target below the root. */
export const RENAME = `root=$1
${WALK}r "$1"
from=$r
[ -e "./$from" ] || [ -L "./$from" ] || exit ${EXIT.missing}
shift
to=$root
for part do r "$part"; to=$to/$r; done
if [ -e "$to" ] || [ -L "$to" ]; then exit ${EXIT.taken}; fi
exec mv "./$from" "$to"
`;

/** `names…` */
export const REMOVE = `${WALK}for name do
  r "$name"
  [ -e "./$r" ] || [ -L "./$r" ] || exit ${EXIT.missing}
  rm -rf "./$r" || exit 1
done
`;

export const EMPTY = `${WALK}exec find . -mindepth 1 -maxdepth 1 -exec rm -rf {} +
`;

/** `name`, or nothing for the root. */
export const PACK = `${WALK}if [ $# -eq 0 ]; then exec tar -cf - .; fi
r "$1"
exec tar -cf - "./$r"
`;

/**
 * `id, keep the root's owner and mode (yes or no)`; the archive on standard input. Unpacked beside its place first: only
 * what is whole is moved in. Every way out takes the rest away.
 */
export const UNPACK = `t=
trap 'c=$?; [ -z "$t" ] || rm -rf "$t"; echo over; cat > /dev/null; exit $c' EXIT
trap 'exit 1' HUP INT PIPE TERM
${WALK}t=./.catamaran-$1
umask 022
mkdir "$t" || exit 1
mkdir "$t/in" || exit 1
(cd "$t/in" && exec tar -xpf - --numeric-owner) || exit 1
for f in "$t/in"/* "$t/in"/.[!.]* "$t/in"/..?*; do
  [ -e "$f" ] || [ -L "$f" ] || continue
  n=./\${f##*/}
  if [ -d "$n" ] && [ ! -L "$n" ]; then
    { [ -d "$f" ] && [ ! -L "$f" ]; } || exit ${EXIT.taken}
  elif [ -e "$n" ] && [ -d "$f" ] && [ ! -L "$f" ]; then
    exit ${EXIT.taken}
  fi
done
for f in "$t/in"/* "$t/in"/.[!.]* "$t/in"/..?*; do
  [ -e "$f" ] || [ -L "$f" ] || continue
  n=./\${f##*/}
  if [ -d "$n" ] && [ ! -L "$n" ]; then
    cp -a "$f/." "$n/" || exit 1
    continue
  fi
  if [ -f "$n" ] && [ -f "$f" ] && [ ! -L "$n" ] && [ ! -L "$f" ]; then
    chown "$(stat -c %u:%g "$n")" "$f" && chmod "$(stat -c %a "$n")" "$f" || exit 1
  fi
  mv -f "$f" "$n" || exit 1
done
if [ "$2" = yes ]; then
  chown "$(stat -c %u:%g "$t/in")" . && chmod "$(stat -c %a "$t/in")" . || exit 1
fi
`;

/**
 * For the files of a container that does not run, in a helper: its layers under /catamaran/layers, put together as its engine
 * would, in a mount namespace that ends with the script. `overlay options, rw or ro, (source, destination)… /, script, sh,
 * arguments…`. A mount's place is made where it is missing, as the engine does at the first start.
 */
export const WITH_LAYERS = `root=/catamaran/root
mkdir -p /catamaran/scratch/upper /catamaran/scratch/work
mount -t overlay overlay -o "$1" $root || exit ${EXIT.root}
shift
mode=$1
shift
while [ "$1" != / ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; elif [ ! -e "$root$2" ]; then : > "$root$2"; fi
  mount -o bind "$1" "$root$2"
  shift 2
done
[ "$mode" = rw ] || mount -o remount,ro $root || exit ${EXIT.root}
shift
exec /bin/sh -c "$@"
`;
