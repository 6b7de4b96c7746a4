/** Who sits at a laptop that has nothing yet. */
export interface Newcomer {
  name: string;
  department: string;
}

export function isWhole(who: Newcomer): boolean {
  return who.name.trim() !== '' && who.department.trim() !== '';
}

/** Goes to the first field that says what is wrong with it. */
export function toWrong(form: HTMLFormElement | undefined): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
