export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEMES)[number];

/** Also read by the script in app.html, before the first paint. */
const STORAGE_KEY = 'fiblab.theme';

/** The chosen theme; `system` follows the device. */
export class Theme {
  choice = $state.raw<ThemeChoice>(readChoice());

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    if (choice === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = choice;
    try {
      localStorage.setItem(STORAGE_KEY, choice);
    } catch {
      // Blocked: the choice lasts as long as the page.
    }
  }
}

function readChoice(): ThemeChoice {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
