import { useEffect, useRef, useState } from 'react';
import type { GuestImageId } from '../../../backend/contract/index.ts';
import { useGuestImages, useStores, useTasks } from '../../stores/index.ts';
import { type GuestImageRow, nameFrom } from '../guest-images/list-guest-images.ts';

/** A file that is on its way into the library. */
export interface SentSource {
  name: string;
  /** How far it is; null before the library has it in its list. */
  row: GuestImageRow | null;
}

/** Sends a file into the library, one at a time. It goes on as a task when the form is closed; failures are told as notices. */
export function useSourceUpload(of: { onBegin: () => void; onReady: (id: GuestImageId) => void }): {
  sent: SentSource | null;
  begin: (file: File) => void;
} {
  const { guestImageCommands } = useStores();
  const images = useGuestImages();
  const tasks = useTasks();
  const [name, setName] = useState<string | null>(null);
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  const send = async (file: File) => {
    const called = nameFrom(file.name) || file.name.slice(0, 100);
    setName(called);
    of.onBegin();
    const id = await guestImageCommands.upload(file, called);
    if (!isOpen.current) return;
    setName(null);
    if (id !== null) of.onReady(id);
  };
  const image = images?.find((one) => one.state === 'preparing' && one.origin.type === 'upload' && one.name === name);
  const row = image === undefined ? null : { image, task: tasks.find(({ id }) => id === image.taskId) ?? null };
  return {
    sent: name === null ? null : { name, row },
    begin: (file) => {
      if (name === null) void send(file);
    },
  };
}
