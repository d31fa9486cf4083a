// The kernel of virtual machines, fetched once into the data folder.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchKernel } from './fetch-kernel.mjs';
import { dataDir, say } from './project.mjs';
import { updatePackageLists } from './system-packages.mjs';

/** Never stops a start: without a kernel, virtual machines say so themselves. */
export async function ensureGuestKernel() {
  const kernelsDir = join(dataDir(), 'kernels');
  if (process.platform !== 'linux' || hasKernel(kernelsDir)) return;
  say('Fetching a kernel for virtual machines from this system’s package source (about 30 MB, nothing is installed).');
  try {
    await fetchKernel({ kernelsDir }).catch(async (error) => {
      // The lists may be missing, or name a version that the archive has no more.
      if (!(await updatePackageLists())) throw error;
      return await fetchKernel({ kernelsDir });
    });
  } catch (error) {
    say(`There is no kernel for virtual machines yet: ${error instanceof Error ? error.message : error}`);
  }
}

/** @param {string} kernelsDir */
function hasKernel(kernelsDir) {
  try {
    return readdirSync(kernelsDir).some((name) => !name.startsWith('.'));
  } catch {
    return false;
  }
}
