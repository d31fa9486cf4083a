import { ipcRenderer } from 'electron';
import { PAGE_ASKS_FOR_PORT, PORT_FOR_PAGE } from '../backend/contract/channel.ts';

// The page gets one port and nothing else; what goes over it is checked by the backend (contract/channel.ts).
window.addEventListener('message', (event) => {
  if (event.source !== window || event.data !== PAGE_ASKS_FOR_PORT) return;
  const { port1, port2 } = new MessageChannel();
  ipcRenderer.postMessage(PAGE_ASKS_FOR_PORT, null, [port1]);
  window.postMessage(PORT_FOR_PAGE, window.location.origin, [port2]);
});
