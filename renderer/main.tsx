import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connect } from './backend/index.ts';
import { currentPlatform } from './platform/current.ts';
import { giveStylesNonce } from './platform/style-nonce.ts';
import { createStores } from './stores/index.ts';
import './ui/base.css';

giveStylesNonce();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const stores = createStores(connect(currentPlatform()), pageStorage());
createRoot(root).render(
  <StrictMode>
    <App stores={stores} />
  </StrictMode>,
);

/** Null where the browser forbids it. */
function pageStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
