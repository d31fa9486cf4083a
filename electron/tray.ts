import { Menu, nativeImage, Tray } from 'electron';
import type { RunningCounts } from './messages.ts';

const WORDS = {
  en: {
    running: (counts: RunningCounts) => `Running – containers: ${counts.containers}, virtual machines: ${counts.virtualMachines}`,
    open: 'Open Catamaran',
    quit: 'Quit',
  },
  ko: {
    running: (counts: RunningCounts) => `실행 중 – 컨테이너: ${counts.containers}, 가상 머신: ${counts.virtualMachines}`,
    open: 'Catamaran 열기',
    quit: '종료',
  },
};

export interface TrayActions {
  open(): void;
  quit(): void;
}

/** What runs, at a glance. @param locale as `ko-KR` */
export function createTray(options: { iconFile: string; locale: string; actions: TrayActions }): { show(counts: RunningCounts): void } {
  const words = options.locale.startsWith('ko') ? WORDS.ko : WORDS.en;
  const tray = new Tray(nativeImage.createFromPath(options.iconFile).resize({ width: 18, height: 18 }));
  tray.on('click', options.actions.open);

  function show(counts: RunningCounts): void {
    tray.setToolTip(`Catamaran: ${words.running(counts)}`);
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: words.running(counts), enabled: false },
        { type: 'separator' },
        { label: words.open, click: options.actions.open },
        { label: words.quit, click: options.actions.quit },
      ]),
    );
  }
  show({ containers: 0, virtualMachines: 0 });
  return { show };
}
