/** The English words: a file of its own, so that it is fetched only by those who read English. */
type Area = Record<string, string>;

export default import.meta.glob<Area>('../../messages/en/*.json', { eager: true, import: 'default' });
