//! Embeds the built screen, the icons and the window's permissions.

fn main() {
    // The only command is granted to the only window by name; nothing else of the program can be called from the screen.
    let manifest = tauri_build::AppManifest::new().commands(&["call", "reopen"]);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        eprintln!("the window cannot be built: {error:#}");
        std::process::exit(1);
    }
}
