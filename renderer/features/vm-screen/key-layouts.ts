/**
 * Which keys write a character. A machine gets keys, not letters, and makes letters of them by the layout that is set in it;
 * so text can be typed only by who knows that layout.
 */
export interface KeyLayout {
  /** Each row of keys without a modifier, with Shift and with AltGr; a space is no character. */
  plain: readonly string[];
  shift: readonly string[];
  altGr: readonly string[];
  /** Of these, a press alone writes nothing; the space bar after it writes them. */
  dead: string;
}

/** Where the keys are, by their names in the UI Events standard. */
const ROWS = [
  'Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal',
  'KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight',
  'KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backslash',
  'IntlBackslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash',
].map((row) => row.split(' '));

const US: KeyLayout = {
  plain: ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'\\", ' zxcvbnm,./'],
  shift: ['~!@#$%^&*()_+', 'QWERTYUIOP{}', 'ASDFGHJKL:"|', ' ZXCVBNM<>?'],
  altGr: [],
  dead: '',
};

export const KEY_LAYOUTS = {
  us: US,
  // Letters of Latin come by the same keys; Hangul is made by an input method in the machine.
  kr: US,
  gb: {
    plain: ['`1234567890-=', 'qwertyuiop[]', "asdfghjkl;'#", '\\zxcvbnm,./'],
    shift: ['¬!"£$%^&*()_+', 'QWERTYUIOP{}', 'ASDFGHJKL:@~', '|ZXCVBNM<>?'],
    altGr: ['    €        '],
    dead: '',
  },
  de: {
    plain: ['^1234567890ß´', 'qwertzuiopü+', 'asdfghjklöä#', '<yxcvbnm,.-'],
    shift: ['°!"§$%&/()=?`', 'QWERTZUIOPÜ*', "ASDFGHJKLÖÄ'", '>YXCVBNM;:_'],
    altGr: ['  ²³   {[]}\\ ', '@ €        ~', '            ', '|      µ   '],
    dead: '^´`',
  },
  fr: {
    plain: ['²&é"\'(-è_çà)=', 'azertyuiop $', 'qsdfghjklmù*', '<wxcvbn,;:!'],
    shift: [' 1234567890°+', 'AZERTYUIOP¨£', 'QSDFGHJKLM%µ', '>WXCVBN?./§'],
    altGr: ['  ~#{[|`\\^@]}', '  €        ¤'],
    dead: '¨',
  },
  es: {
    plain: ["º1234567890'¡", 'qwertyuiop`+', 'asdfghjklñ´ç', '<zxcvbnm,.-'],
    shift: ['ª!"·$%&/()=?¿', 'QWERTYUIOP^*', 'ASDFGHJKLÑ¨Ç', '>ZXCVBNM;:_'],
    altGr: ['\\|@#~ ¬      ', '  €       []', '          {}'],
    dead: '`^´¨',
  },
} as const satisfies Record<string, KeyLayout>;

export type KeyLayoutName = keyof typeof KEY_LAYOUTS;
export const KEY_LAYOUT_NAMES = Object.keys(KEY_LAYOUTS) as KeyLayoutName[];

export interface KeyPress {
  code: string;
  shift: boolean;
  altGr: boolean;
}

const SPACE: KeyPress = { code: 'Space', shift: false, altGr: false };

/** The presses that write the text, and the characters of it that this layout has no keys for. */
export function keyPresses(text: string, name: KeyLayoutName): { presses: KeyPress[]; missing: string[] } {
  const layout: KeyLayout = KEY_LAYOUTS[name];
  const keys = keysOf(layout);
  const presses: KeyPress[] = [];
  const missing = new Set<string>();
  for (const character of text.replaceAll('\r\n', '\n').normalize('NFC')) {
    const press = keys.get(character);
    if (press === undefined) missing.add(character);
    else presses.push(press, ...(layout.dead.includes(character) ? [SPACE] : []));
  }
  return { presses, missing: [...missing] };
}

function keysOf(layout: KeyLayout): Map<string, KeyPress> {
  const keys = new Map<string, KeyPress>([
    [' ', SPACE],
    ['\n', { code: 'Enter', shift: false, altGr: false }],
    ['\t', { code: 'Tab', shift: false, altGr: false }],
  ]);
  for (const level of ['plain', 'shift', 'altGr'] as const) {
    for (const [row, characters] of layout[level].entries()) {
      for (const [column, character] of [...characters].entries()) {
        const code = ROWS[row]?.[column];
        if (code === undefined || keys.has(character)) continue;
        keys.set(character, { code, shift: level === 'shift', altGr: level === 'altGr' });
      }
    }
  }
  return keys;
}
