import { CSPProvider } from '@base-ui/react/csp-provider';
import { Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { OverviewPage } from './features/overview/OverviewPage.tsx';
import { FocusOfPage } from './features/shell/FocusOfPage.tsx';
import { lazyPage } from './features/shell/lazy-page.ts';
import { NotFound } from './features/shell/NotFound.tsx';
import { PageBoundary } from './features/shell/PageBoundary.tsx';
import { PageSkeleton } from './features/shell/PageSkeleton.tsx';
import { Shell } from './features/shell/Shell.tsx';
import { TerminalsProvider } from './features/terminal-dock/TerminalsProvider.tsx';
import { chooseLanguage, I18nProvider } from './i18n/index.ts';
import { type Stores, StoresProvider, useSettings } from './stores/index.ts';
import { TooltipProvider } from './ui/Tooltip.tsx';

const MachinesPage = lazyPage(() => import('./features/machines/MachinesPage.tsx').then((module) => module.MachinesPage));
const MachinePage = lazyPage(() => import('./features/machine/MachinePage.tsx').then((module) => module.MachinePage));
const LogsPage = lazyPage(() => import('./features/logs/LogsPage.tsx').then((module) => module.LogsPage));
const ImagesPage = lazyPage(() => import('./features/images/ImagesPage.tsx').then((module) => module.ImagesPage));
const GuestImagesPage = lazyPage(() => import('./features/guest-images/GuestImagesPage.tsx').then((module) => module.GuestImagesPage));
const ImagePage = lazyPage(() => import('./features/image/ImagePage.tsx').then((module) => module.ImagePage));
const RegistriesPage = lazyPage(() => import('./features/registries/RegistriesPage.tsx').then((module) => module.RegistriesPage));
const StacksPage = lazyPage(() => import('./features/stacks/StacksPage.tsx').then((module) => module.StacksPage));
const StackPage = lazyPage(() => import('./features/stacks/StackPage.tsx').then((module) => module.StackPage));
const BuildsPage = lazyPage(() => import('./features/builds/BuildsPage.tsx').then((module) => module.BuildsPage));
const BuildPage = lazyPage(() => import('./features/builds/BuildPage.tsx').then((module) => module.BuildPage));
const PodsPage = lazyPage(() => import('./features/pods/PodsPage.tsx').then((module) => module.PodsPage));
const VolumesPage = lazyPage(() => import('./features/volumes/VolumesPage.tsx').then((module) => module.VolumesPage));
const VolumePage = lazyPage(() => import('./features/volumes/VolumePage.tsx').then((module) => module.VolumePage));
const NetworksPage = lazyPage(() => import('./features/networks/NetworksPage.tsx').then((module) => module.NetworksPage));
const HostsPage = lazyPage(() => import('./features/hosts/HostsPage.tsx').then((module) => module.HostsPage));
const SettingsPage = lazyPage(() => import('./features/settings/SettingsPage.tsx').then((module) => module.SettingsPage));

export function App({ stores }: { stores: Stores }) {
  return (
    // The page's policy allows no <style> element.
    <CSPProvider disableStyleElements>
      <StoresProvider stores={stores}>
        <LocalizedApp />
      </StoresProvider>
    </CSPProvider>
  );
}

function LocalizedApp() {
  const { language } = useSettings();
  return (
    <I18nProvider language={chooseLanguage(language, navigator.languages)}>
      <TooltipProvider delay={500}>
        <TerminalsProvider>
          <Shell>
            <PageBoundary>
              <Suspense fallback={<PageSkeleton />}>
                <Switch>
                  <Route path="/" component={OverviewPage} />
                  <Route path="/containers">
                    <MachinesPage key="container" kind="container" />
                  </Route>
                  <Route path="/vms">
                    <MachinesPage key="vm" kind="vm" />
                  </Route>
                  <Route path="/logs" component={LogsPage} />
                  <Route path="/images" component={ImagesPage} />
                  <Route path="/images/vms" component={GuestImagesPage} />
                  <Route path="/images/*" component={ImagePage} />
                  <Route path="/registries" component={RegistriesPage} />
                  <Route path="/stacks" component={StacksPage} />
                  <Route path="/stacks/*" component={StackPage} />
                  <Route path="/builds" component={BuildsPage} />
                  <Route path="/builds/*" component={BuildPage} />
                  <Route path="/pods" component={PodsPage} />
                  <Route path="/volumes" component={VolumesPage} />
                  <Route path="/volumes/:engine/:name" component={VolumePage} />
                  <Route path="/networks" component={NetworksPage} />
                  <Route path="/hosts" component={HostsPage} />
                  <Route path="/settings" component={SettingsPage} />
                  <Route path="/machines/*" component={MachinePage} />
                  <Route component={NotFound} />
                </Switch>
                <FocusOfPage />
              </Suspense>
            </PageBoundary>
          </Shell>
        </TerminalsProvider>
      </TooltipProvider>
    </I18nProvider>
  );
}
