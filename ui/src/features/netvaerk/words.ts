/** The page brings its Danish words along, and those of sharing, which it joins and invites by. */
import netvaerk from '../../../messages/da/netvaerk.json';
import { addWords } from '$lib/i18n';
import '../deling/words';

addWords({ netvaerk });
