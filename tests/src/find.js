// The first visible element with this role and accessible name, or null. Names are computed as far as this screen needs.
const [role, wanted] = arguments;
const implicit = {
  button: 'button, summary, input[type=submit], input[type=button]',
  link: 'a[href]',
  textbox: 'input:not([type]), input[type=text], input[type=search], input[type=email], input[type=tel], input[type=date], input[type=number], textarea',
  combobox: 'select, input[list]',
  checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]',
  heading: 'h1, h2, h3, h4, h5, h6',
  row: 'tr',
  cell: 'td',
  option: 'option',
  dialog: 'dialog',
  navigation: 'nav'
};
const also = role === 'textbox' ? ['textbox', 'searchbox', 'combobox'] : [role];
const selector = [...also.map((one) => `[role="${one}"]`), implicit[role]].filter(Boolean).join(', ');
const squeeze = (text) => (text || '').replace(/\s+/g, ' ').trim();
function nameOf(element) {
  const labelledBy = element.getAttribute('aria-labelledby');
  if (labelledBy) return squeeze(labelledBy.split(/\s+/).map((id) => document.getElementById(id)?.textContent || '').join(' '));
  const label = element.getAttribute('aria-label');
  if (label) return squeeze(label);
  if (element.labels && element.labels.length > 0) return squeeze([...element.labels].map((one) => one.textContent).join(' '));
  if (element.matches('input, textarea, select')) return squeeze(element.placeholder || element.value || element.title);
  return squeeze(element.innerText || element.textContent) || squeeze(element.title);
}
function visible(element) {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && !element.closest('[inert], [aria-hidden="true"]');
}
const begins = wanted.endsWith('…');
const start = begins ? wanted.slice(0, -1) : wanted;
// What lies behind an open dialog cannot be reached by a person either.
const dialogs = [...document.querySelectorAll('dialog[open], [role="dialog"]')].filter(visible);
const place = dialogs.at(-1) ?? document;
const candidates = [...place.querySelectorAll(selector)].filter(visible);
return (
  candidates.find((element) => nameOf(element) === wanted) ||
  (begins && candidates.find((element) => nameOf(element).startsWith(start))) ||
  null
);
