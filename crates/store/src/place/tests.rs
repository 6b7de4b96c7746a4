#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A directory of its own that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tovholder-place-{}-{number}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        Self(dir.canonicalize().unwrap())
    }

    fn dir(&self, path: &str) -> PathBuf {
        let dir = self.0.join(path);
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    fn file(&self, path: &str, content: &[u8]) {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const MOUNTS: &str = "\
/dev/mapper/vg-root / ext4 rw 0 0
/dev/sda1 /boot ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/anne/usb ext4 rw 0 0
//srv/faelles /mnt/fælles\\040drev cifs rw 0 0
anne@srv: /mnt/ssh fuse.sshfs rw 0 0
/dev/sdc1 /mnt/ntfs fuseblk rw 0 0
host /mnt/vm 9p rw 0 0
";

#[test]
fn the_longest_mount_decides() {
    let mounts = linux_mounts(MOUNTS);
    let kind = |path: &str| mount_of(&mounts, Path::new(path)).map(|mount| mount.kind.clone()).unwrap();
    assert_eq!(kind("/var/lib/tovholder"), "ext4");
    assert_eq!(kind("/home/anne/data"), "nfs4");
    assert_eq!(kind("/home/anne/usb/data"), "ext4");
    assert_eq!(kind("/homework"), "ext4");
    assert!(is_network(&kind("/mnt/ssh/x")) && is_network(&kind("/home/x")));
    assert!(!is_network(&kind("/mnt/ntfs/x")) && !is_network(&kind("/mnt/vm/x")) && !is_network("ext4"));
    assert!(mounts.iter().any(|mount| mount.kind == "cifs" && mount.point.to_string_lossy().ends_with("fælles drev")));
}

#[test]
fn a_later_mount_at_the_same_point_hides_the_earlier() {
    let mounts = linux_mounts("/dev/sda1 /data ext4 rw 0 0\nsrv:/x /data nfs rw 0 0\n");
    assert_eq!(mount_of(&mounts, Path::new("/data/a")).unwrap().kind, "nfs");
}

#[test]
fn macos_prints_mounts_its_own_way() {
    let text = "/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled)\n\
                //anne@srv/Faelles (1) on /Volumes/Faelles (1) (smbfs, nodev, nosuid)\n";
    let mounts = mac_mounts(text);
    let mount = mount_of(&mounts, Path::new("/Volumes/Faelles (1)/data")).unwrap();
    assert_eq!(mount.kind, "smbfs");
    assert!(is_network(&mount.kind));
    assert_eq!(file_vault("FileVault is On.\n"), DiskEncryption::Yes);
    assert_eq!(file_vault("FileVault is Off.\n"), DiskEncryption::No);
    assert_eq!(file_vault(""), DiskEncryption::Unknown);
}

#[test]
fn cloud_folders_by_name() {
    for path in [
        "/home/a/OneDrive/Tovholder",
        "/home/a/OneDrive - Køge Kommune/Dokumenter/Tovholder",
        "/Users/a/Library/CloudStorage/OneDrive-Kommune/x",
        "/home/a/Dropbox (Køge)/x",
        "/home/a/GoogleDrive/x",
        "/Users/a/Library/Mobile Documents/com~apple~CloudDocs/x",
        "/home/a/nextcloud2/x",
        "/home/a/ownCloud/x",
    ] {
        assert!(cloud_folder(Path::new(path)).is_some(), "{path}");
    }
    for path in ["/home/a/.local/share/tovholder", "/home/a/Synchronising/x", "/home/a/Boxing/x", "/home/a/dropboxes/x"]
    {
        assert_eq!(cloud_folder(Path::new(path)), None, "{path}");
    }
    let found = cloud_folder(Path::new("/home/a/OneDrive - Køge Kommune/x"));
    assert_eq!(found.as_deref(), Some("OneDrive - Køge Kommune"));
}

#[test]
fn cloud_folders_by_their_markers() {
    let scratch = Scratch::new();
    let plain = scratch.dir("arbejde/data");
    assert_eq!(examine(&plain), Ok(()));
    // The settings of Dropbox' program in a home directory do not make the home a cloud folder.
    scratch.dir("arbejde/.dropbox");
    assert_eq!(examine(&plain), Ok(()));
    for (marker, content, name) in [
        ("a/.dropbox", &b"{}"[..], "Dropbox"),
        ("b/.nextcloudsync.log", b"", "Nextcloud"),
        ("c/desktop.ini", b"[.ShellClassInfo]\r\nIconResource=C:\\OneDrive.exe,3", "OneDrive"),
        ("d/desktop.ini", b"O\0n\0e\0D\0r\0i\0v\0e\0", "OneDrive"),
    ] {
        scratch.file(marker, content);
        let dir = scratch.0.join(marker).parent().unwrap().join("ikke/her/endnu");
        assert_eq!(examine(&dir), Err(PlaceProblem::CloudFolder { name: name.into() }), "{marker}");
    }
    scratch.file("e/desktop.ini", b"[.ShellClassInfo]");
    assert_eq!(examine(&scratch.0.join("e/x")), Ok(()));
}

#[cfg(unix)]
#[test]
fn a_link_into_a_cloud_folder_is_followed() {
    let scratch = Scratch::new();
    let cloud = scratch.dir("Dropbox/rigtig");
    std::os::unix::fs::symlink(cloud, scratch.0.join("genvej")).unwrap();
    let problem = examine(&scratch.0.join("genvej/data")).unwrap_err();
    assert_eq!(problem, PlaceProblem::CloudFolder { name: "Dropbox".into() });
}

#[test]
fn encryption_is_read_from_the_devices_below() {
    let scratch = Scratch::new();
    scratch.dir("sda2");
    scratch.file("dm-0/dm/uuid", b"CRYPT-LUKS2-abc-luks\n");
    scratch.dir("dm-0/slaves/sda2");
    scratch.file("dm-1/dm/uuid", b"LVM-xyz\n");
    scratch.dir("dm-1/slaves/dm-0");
    scratch.file("dm-2/dm/uuid", b"LVM-xyz\n");
    scratch.dir("dm-2/slaves/dm-0");
    scratch.dir("dm-2/slaves/sda2");
    scratch.dir("loop0");
    scratch.dir("dm-9/slaves/dm-9");
    let encryption = |name| device_encryption(name, &scratch.0, DEVICE_DEPTH_MAX);
    assert_eq!(encryption("dm-0"), DiskEncryption::Yes);
    assert_eq!(encryption("dm-1"), DiskEncryption::Yes);
    assert_eq!(encryption("dm-2"), DiskEncryption::No);
    assert_eq!(encryption("sda2"), DiskEncryption::No);
    assert_eq!(encryption("loop0"), DiskEncryption::Unknown);
    assert_eq!(encryption("dm-9"), DiskEncryption::Unknown);
    assert_eq!(encryption("sdz"), DiskEncryption::Unknown);
    let mount = |device: &str, kind: &str| Mount { device: device.into(), point: "/".into(), kind: kind.into() };
    assert_eq!(mount_encryption(&mount("overlay", "overlay"), &scratch.0), DiskEncryption::Unknown);
    assert_eq!(mount_encryption(&mount("/home/.ecryptfs", "ecryptfs"), &scratch.0), DiskEncryption::Yes);
    assert_eq!(mount_encryption(&mount("/dev/sda2", "ext4"), &scratch.0), DiskEncryption::No);
}

#[cfg(windows)]
#[test]
fn windows_shares_are_seen_by_their_names() {
    assert_eq!(share_name(Path::new(r"\\srv\faelles\data")).as_deref(), Some("srv"));
    assert_eq!(share_name(Path::new(r"\\?\UNC\srv\faelles\data")).as_deref(), Some("srv"));
    assert_eq!(share_name(Path::new(r"C:\data")), None);
}
