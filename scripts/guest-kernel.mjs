// The kernel of virtual machines, fetched once into the data folder.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchKernel } from './fetch-kernel.mjs';
import { dataDir, say } from './project.mjs';
import { updatePackageLists } from './system-packages.mjs';

/**
 * Never stops a start: without a kernel, virtual machines say so themselves.
 * @returns {Promise<boolean>} whether one is there
 */
export async function ensureGuestKernel(kernelsDir = join(dataDir(), 'kernels')) {
  if (hasKernel(kernelsDir)) return true;
  if (process.platform !== 'linux') return false;
  say('Fetching a kernel for virtual machines from this system’s package source (about 30 MB, nothing is installed).');
  try {
    await fetchKernel({ kernelsDir }).catch(async (error) => {
      // The lists may be missing, or name a version that the archive has no more.
      if (!(await updatePackageLists())) throw error;
      return await fetchKernel({ kernelsDir });
    });
    return true;
  } catch (error) {
    say(`There is no kernel for virtual machines yet: ${error instanceof Error ? error.message : error}`);
    return false;
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
