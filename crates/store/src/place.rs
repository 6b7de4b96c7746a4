//! Whether a directory is a safe home for a database: on this laptop's own disk, outside folders that a cloud service
//! synchronises, and whether that disk is encrypted.
//!
//! SQLite's WAL needs shared memory and honest locks; network file systems have neither. A cloud service copies the
//! database and its WAL at different moments, and puts the torn pair back on the other machine.

#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// What is written to see whether there is room: more than the files that SQLite makes beside a database.
const PROBE_BYTES: usize = 64 * 1024;

/// Why a directory is refused as a data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceProblem {
    /// It is on a network share.
    NetworkShare {
        /// The file system or the server, for example `nfs4`.
        kind: String,
    },
    /// It is in a folder that a cloud service synchronises.
    CloudFolder {
        /// The folder or the service, for example `OneDrive - Køge Kommune`.
        name: String,
    },
}

impl std::fmt::Display for PlaceProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NetworkShare { kind } => write!(f, "network share ({kind})"),
            Self::CloudFolder { name } => write!(f, "cloud folder ({name})"),
        }
    }
}

impl std::error::Error for PlaceProblem {}

/// What the operating system tells about the encryption of a directory's disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskEncryption {
    /// Encrypted.
    Yes,
    /// A plain disk.
    No,
    /// It does not tell.
    Unknown,
}

/// Looks at where `dir` really lies, links followed; `dir` need not exist yet.
///
/// On Windows a share is seen by its name (`\\server\share`). A share mapped to a drive letter looks like a disk to
/// everything but Windows' own C interface, which needs unsafe code that this program forbids itself.
///
/// # Errors
/// The reason to refuse it.
pub fn examine(dir: &Path) -> Result<(), PlaceProblem> {
    let place = resolved(dir);
    if let Some(server) = share_name(&place) {
        return Err(PlaceProblem::NetworkShare { kind: server });
    }
    if let Some(mount) = mount_of(&mounts(), &place)
        && is_network(&mount.kind)
    {
        return Err(PlaceProblem::NetworkShare { kind: mount.kind.clone() });
    }
    match cloud_folder(&place) {
        Some(name) => Err(PlaceProblem::CloudFolder { name }),
        None => Ok(()),
    }
}

/// Whether the disk that holds `dir` is encrypted, where the operating system tells without special rights.
///
/// Windows tells BitLocker's state to administrators only.
pub fn disk_encryption(dir: &Path) -> DiskEncryption {
    if cfg!(target_os = "linux") {
        let place = resolved(dir);
        return match mount_of(&mounts(), &place) {
            Some(mount) => mount_encryption(mount, Path::new("/sys/class/block")),
            None => DiskEncryption::Unknown,
        };
    }
    if cfg!(target_os = "macos") {
        return file_vault(&output("/usr/bin/fdesetup", &["status"]));
    }
    DiskEncryption::Unknown
}

/// Whether nothing more can be written in this folder for want of room. SQLite says no more than "disk I/O error" when it
/// cannot make the files that it works with beside the database, so it is tried.
pub fn is_full(dir: &Path) -> bool {
    let probe = dir.join(format!("room-{}.tmp", std::process::id()));
    let wrote = fs::write(&probe, vec![0; PROBE_BYTES]);
    let _ = fs::remove_file(&probe);
    wrote.is_err_and(|error| matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
}

/// The absolute path with every link followed as far as it exists.
fn resolved(dir: &Path) -> PathBuf {
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    for ancestor in absolute.ancestors() {
        if let Ok(real) = ancestor.canonicalize() {
            return absolute.strip_prefix(ancestor).map_or_else(|_| real.clone(), |rest| real.join(rest));
        }
    }
    absolute
}

/// The server of a Windows path such as `\\server\share\folder`.
fn share_name(place: &Path) -> Option<String> {
    use std::path::Prefix;
    match place.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            // WSL's own file systems are on this laptop, but SQLite cannot lock across the border either.
            Prefix::UNC(server, _) | Prefix::VerbatimUNC(server, _) => Some(server.to_string_lossy().into_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mount {
    device: String,
    point: PathBuf,
    kind: String,
}

fn mounts() -> Vec<Mount> {
    if cfg!(target_os = "linux") {
        return linux_mounts(&fs::read_to_string("/proc/self/mounts").unwrap_or_default());
    }
    if cfg!(target_os = "macos") {
        return mac_mounts(&output("/sbin/mount", &[]));
    }
    Vec::new()
}

/// What a program of the system prints; nothing when it cannot run.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// `/proc/self/mounts`: device, point, kind and more, blanks written as `\040`.
fn linux_mounts(text: &str) -> Vec<Mount> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(' ');
            let (device, point, kind) = (fields.next()?, fields.next()?, fields.next()?);
            Some(Mount { device: unescaped(device), point: unescaped(point).into(), kind: kind.to_owned() })
        })
        .collect()
}

fn unescaped(field: &str) -> String {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    escapes.iter().fold(field.to_owned(), |text, (escape, letter)| text.replace(escape, letter))
}

/// `mount` on macOS: `//user@server/share on /Volumes/share (smbfs, nodev)`.
fn mac_mounts(text: &str) -> Vec<Mount> {
    text.lines()
        .filter_map(|line| {
            let (left, options) = line.rsplit_once(" (")?;
            let (device, point) = left.split_once(" on ")?;
            let kind = options.split([',', ')']).next()?;
            Some(Mount { device: device.to_owned(), point: point.into(), kind: kind.to_owned() })
        })
        .collect()
}

/// The mount that holds `place`: the longest point above it, and of those with the same point the last.
fn mount_of<'a>(mounts: &'a [Mount], place: &Path) -> Option<&'a Mount> {
    mounts.iter().filter(|mount| place.starts_with(&mount.point)).max_by_key(|mount| mount.point.components().count())
}

/// 9p and virtiofs are not here: they may be a virtual machine's own disk.
const NETWORK: [&str; 24] = [
    "afpfs",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "davfs2",
    "gfarm",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs3",
    "nfs4",
    "orangefs",
    "pvfs2",
    "smb2",
    "smb3",
    "smbfs",
    "sshfs",
    "webdav",
    "webdavfs",
];

/// File systems in user space that reach over the network; a local one (ntfs-3g, gocryptfs) is fine.
const NETWORK_FUSE: [&str; 14] = [
    "beegfs",
    "ceph",
    "curlftpfs",
    "davfs",
    "glusterfs",
    "google-drive-ocamlfuse",
    "gvfsd-fuse",
    "httpfs",
    "juicefs",
    "onedriver",
    "rclone",
    "s3fs",
    "smbnetfs",
    "sshfs",
];

fn is_network(kind: &str) -> bool {
    match kind.split_once('.') {
        Some(("fuse" | "fuseblk", program)) => NETWORK_FUSE.contains(&program) || NETWORK.contains(&program),
        _ => NETWORK.contains(&kind),
    }
}

/// The folder of a cloud service that `place` lies in, by its name or by what the service leaves there.
fn cloud_folder(place: &Path) -> Option<String> {
    for ancestor in place.ancestors() {
        if let Some(name) = ancestor.file_name().and_then(cloud_name).or_else(|| marked(ancestor)) {
            return Some(name);
        }
    }
    // Windows names OneDrive's folder here, also when it was given another name.
    ["OneDrive", "OneDriveCommercial", "OneDriveConsumer"].into_iter().find_map(|variable| {
        let root = resolved(Path::new(&std::env::var_os(variable).filter(|root| !root.is_empty())?));
        place.starts_with(&root).then(|| "OneDrive".to_owned())
    })
}

/// A folder's name, when that is how a cloud service calls its folder.
fn cloud_name(folder: &OsStr) -> Option<String> {
    const NAMES: [&str; 17] = [
        "box",
        "box sync",
        "cloudstorage",
        "creative cloud files",
        "dropbox",
        "google drev",
        "google drive",
        "googledrive",
        "icloud drive",
        "iclouddrive",
        "mobile documents",
        "nextcloud",
        "onedrive",
        "owncloud",
        "pcloud drive",
        "sync",
        "synologydrive",
    ];
    // With an account or an organisation behind: "OneDrive - Køge Kommune", "Dropbox (Køge)", "GoogleDrive-mail".
    const BEGINNINGS: [&str; 7] =
        ["onedrive - ", "onedrive-", "dropbox (", "googledrive-", "google drive (", "nextcloud-", "nextcloud ("];
    let name = folder.to_string_lossy();
    let lower = name.to_lowercase();
    let numbered = lower.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let known = NAMES.contains(&lower.as_str())
        || (matches!(numbered, "nextcloud" | "owncloud") && numbered != lower)
        || BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning));
    known.then(|| name.into_owned())
}

/// The service whose marker lies in `folder`, whatever the folder is called.
fn marked(folder: &Path) -> Option<String> {
    // `.dropbox` as a directory is only the settings of its program, in the user's home.
    let files = [
        (".dropbox", "Dropbox"),
        (".nextcloudsync.log", "Nextcloud"),
        (".owncloudsync.log", "ownCloud"),
        (".csync_journal.db", "ownCloud"),
    ];
    let folders = [
        (".dropbox.cache", "Dropbox"),
        (".tmp.drivedownload", "Google Drive"),
        (".tmp.driveupload", "Google Drive"),
        (".stfolder", "Syncthing"),
        (".SynologyWorkingDirectory", "Synology Drive"),
    ];
    let file = files.iter().find(|(marker, _)| folder.join(marker).is_file());
    let found = file.or_else(|| folders.iter().find(|(marker, _)| folder.join(marker).is_dir()));
    if let Some((_, service)) = found {
        return Some((*service).to_owned());
    }
    names_onedrive(&folder.join("desktop.ini")).then(|| "OneDrive".to_owned())
}

/// Windows' `desktop.ini` of OneDrive's folder names OneDrive's icon. It may be in UTF-16.
fn names_onedrive(desktop_ini: &Path) -> bool {
    use std::io::Read;
    const BYTES_MAX: u64 = 8 * 1024;
    let mut bytes = Vec::new();
    let read = fs::File::open(desktop_ini).and_then(|file| file.take(BYTES_MAX).read_to_end(&mut bytes));
    bytes.retain(|byte| *byte != 0);
    read.is_ok() && String::from_utf8_lossy(&bytes).to_lowercase().contains("onedrive")
}

/// The encryption of a mount, by its file system or by the block devices below it.
fn mount_encryption(mount: &Mount, block: &Path) -> DiskEncryption {
    if matches!(mount.kind.as_str(), "ecryptfs" | "fuse.gocryptfs" | "fuse.encfs" | "fuse.cryfs") {
        return DiskEncryption::Yes;
    }
    if !mount.device.starts_with("/dev/") {
        return DiskEncryption::Unknown;
    }
    let device = Path::new(&mount.device).canonicalize().unwrap_or_else(|_| PathBuf::from(&mount.device));
    match device.file_name().and_then(OsStr::to_str) {
        Some(name) => device_encryption(name, block, DEVICE_DEPTH_MAX),
        None => DiskEncryption::Unknown,
    }
}

/// LVM on RAID on LUKS is three; a loop in what the kernel says would be a fault of ours to follow for ever.
const DEVICE_DEPTH_MAX: u8 = 8;

/// A device is encrypted when it is dm-crypt's, or when every device below it is.
fn device_encryption(name: &str, block: &Path, depth: u8) -> DiskEncryption {
    let dir = block.join(name);
    if depth == 0 || !dir.exists() {
        return DiskEncryption::Unknown;
    }
    if fs::read_to_string(dir.join("dm/uuid")).is_ok_and(|uuid| uuid.starts_with("CRYPT-")) {
        return DiskEncryption::Yes;
    }
    let below: Vec<DiskEncryption> = fs::read_dir(dir.join("slaves"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|slave| device_encryption(&slave.file_name().to_string_lossy(), block, depth - 1))
        .collect();
    if below.contains(&DiskEncryption::No) {
        return DiskEncryption::No;
    }
    if !below.is_empty() {
        let all = below.iter().all(|one| *one == DiskEncryption::Yes);
        return if all { DiskEncryption::Yes } else { DiskEncryption::Unknown };
    }
    let plain = ["sd", "hd", "vd", "xvd", "nvme", "mmcblk"].iter().any(|disk| name.starts_with(disk));
    if plain { DiskEncryption::No } else { DiskEncryption::Unknown }
}

/// The answer of macOS' `fdesetup status`.
fn file_vault(answer: &str) -> DiskEncryption {
    if answer.contains("FileVault is On") {
        DiskEncryption::Yes
    } else if answer.contains("FileVault is Off") {
        DiskEncryption::No
    } else {
        DiskEncryption::Unknown
    }
}
