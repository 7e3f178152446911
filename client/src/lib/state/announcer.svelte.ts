/** What a screen reader is told next, politely. One for the page: live regions must not compete. */
class Announcer {
  text = $state.raw('');

  say(text: string): void {
    // A region that keeps its text is not read again, so a repeated text is made a new one.
    this.text = text === this.text ? `${text}\u00a0` : text;
  }
}

export const announcer = new Announcer();
