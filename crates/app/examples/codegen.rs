//! Writes the TypeScript declarations of every command and its types into a folder. Run by `cargo xtask codegen`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args_os().nth(1).ok_or("usage: codegen DIR")?;
    let dir = std::path::PathBuf::from(dir);
    std::fs::create_dir_all(&dir)?;
    let commands = tovholder_app::api::typescript(&dir)?;
    std::fs::write(dir.join("commands.ts"), commands)?;
    Ok(())
}
