/** The page brings its Danish words along: those who never open it do not wait for them at the first rows. */
import access from '../../../messages/da/access.json';
import deling from '../../../messages/da/deling.json';
import { addWords } from '$lib/i18n';

addWords({ access, deling });
