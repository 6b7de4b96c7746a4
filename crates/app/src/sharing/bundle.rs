//! Bundles: the same envelopes in one file, for where there is no network at all.

use base64::Engine as _;
use tovholder_protocol::limits::BUNDLE_BYTES_MAX;
use tovholder_protocol::{Bundle, Role};
use tovholder_store::StoreError;
use tovholder_store::sharing::{CUT, NOT_ALLOWED};

use super::status::SET_ASIDE;
use super::take::{Taker, Took, unrow};
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::place::{download_dir, write_whole};
use crate::view::{BundleRead, BundleReadArgs, BundleWriteArgs, BundleWritten, Missing};

impl App {
    /// Writes the sealed envelopes into one file.
    pub fn bundle_write(&self, args: BundleWriteArgs) -> AppResult<BundleWritten> {
        self.founded()?;
        let (space, _) = self.found_space()?;
        let card = space.member().map(|member| super::card::card_name(&member)).unwrap_or_default();
        let reader = space.role() < Some(Role::Editor);
        self.cut_off()?;
        // Everything that was written leaves with the file, so everything is sealed now.
        loop {
            let (sealed, _) = self.write(|write| self.seal(write, &space, reader.then_some(card.as_str())))?;
            if sealed == 0 {
                break;
            }
        }
        let envelopes: Vec<_> = self.read(tovholder_store::Reader::envelopes)?.into_iter().map(unrow).collect();
        let count = u32::try_from(envelopes.len()).unwrap_or(u32::MAX);
        let bundle = Bundle { space: space.id(), chain: space.entries.clone(), envelopes }.to_bytes();
        let path = if let Some(path) = args.path.filter(|path| !path.trim().is_empty()) {
            std::path::PathBuf::from(path)
        } else {
            let stamp = (self.ground.now)().format("%Y-%m-%d-%H%M%S");
            download_dir().unwrap_or_else(|| self.dir.clone()).join(format!("tovholder-{stamp}.tovholder"))
        };
        let place = path.display().to_string();
        let io = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::StorageFull => AppError::new(Code::DiskFull).at(&place),
            _ => AppError::new(Code::Io).at(&place).with(error),
        };
        // Whoever pulls the stick out has the whole file or none.
        write_whole(&path, &bundle, false).map_err(io)?;
        Ok(BundleWritten { path: place, envelopes: count, bytes: u64::try_from(bundle.len()).unwrap_or(0) })
    }

    /// Takes in a file of sealed envelopes: in any order, twice, from an old one.
    pub fn bundle_read(&self, args: BundleReadArgs) -> AppResult<BundleRead> {
        let bytes = bytes_of(&args)?;
        let name = if args.name.is_empty() { args.path.clone().unwrap_or_default() } else { args.name };
        let bundle = Bundle::read(&bytes).map_err(|error| AppError::new(Code::BundleDamaged).at(&name).with(error))?;
        let space = self.shared_space().map_err(|_| AppError::new(Code::BundleOtherSpace).at(&name))?;
        if bundle.space != space.id() {
            return Err(AppError::new(Code::BundleOtherSpace).at(&name));
        }
        self.take_entries(&bundle.chain)?;
        let space = self.shared_space()?;
        let count = u32::try_from(bundle.envelopes.len()).unwrap_or(u32::MAX);
        let mut read = BundleRead { envelopes: count, ..BundleRead::default() };
        let (mut forked, mut aside) = (false, 0);
        let mut rest = bundle.envelopes.as_slice();
        // Some at a time: a long file must not keep everybody else from writing.
        while let Some((now, later)) = rest.split_at_checked(rest.len().min(256)).filter(|(now, _)| !now.is_empty()) {
            let taker = Taker { chain: &space.chain, ring: &space.ring, device: space.secret.key() };
            let (took, _) = self
                .write(|write| {
                    let each = now.iter().map(|envelope| taker.take(write, envelope));
                    let took: Result<Vec<Took>, StoreError> = each.collect();
                    let took = took.map_err(|error| self.fail(&error))?;
                    if took.contains(&Took::OwnFork) {
                        return Err(AppError::new(Code::Internal).with(OWN_FORK));
                    }
                    Ok(took)
                })
                .or_else(|error| if error.detail == OWN_FORK && !forked { Ok((Vec::new(), 0)) } else { Err(error) })?;
            if took.is_empty() {
                forked = true;
                self.reauthor()?;
                continue;
            }
            for one in took {
                match one {
                    Took::New(changes) => {
                        read.new += 1;
                        read.changes += changes;
                    }
                    Took::Known => read.known += 1,
                    Took::Early | Took::Sealed => read.waiting += 1,
                    Took::Refused(why) if why == NOT_ALLOWED || why == CUT => aside += 1,
                    Took::Refused(why) => {
                        read.refused.push(Missing { code: "refused_change".to_owned(), count: 1, detail: why });
                    }
                    Took::OwnFork => {}
                }
            }
            rest = later;
        }
        if aside > 0 {
            let told = self.set_aside(Some(&space))?.map(|told| told.detail).unwrap_or_default();
            read.refused.push(Missing { code: SET_ASIDE.to_owned(), count: aside, detail: told });
        }
        self.wake_background();
        Ok(read)
    }
}

const OWN_FORK: &str = "own fork";

fn bytes_of(args: &BundleReadArgs) -> AppResult<Vec<u8>> {
    let Some(path) = args.path.as_deref().filter(|path| !path.is_empty()) else {
        let damaged = || AppError::new(Code::BundleDamaged).at(&args.name);
        return base64::engine::general_purpose::STANDARD.decode(&args.bytes).map_err(|_| damaged());
    };
    let io = |error: std::io::Error| AppError::new(Code::Io).at(path).with(error);
    let length = std::fs::metadata(path).map_err(io)?.len();
    if length > u64::try_from(BUNDLE_BYTES_MAX).unwrap_or(u64::MAX) {
        return Err(AppError::new(Code::FileTooLarge).at(path));
    }
    std::fs::read(path).map_err(io)
}
