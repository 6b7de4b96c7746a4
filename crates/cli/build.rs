//! Rebuilds the program when the built screen changes, and says it plainly when there is none.

use std::path::Path;

fn main() {
    let screen = Path::new("../../ui/dist");
    println!("cargo:rerun-if-changed={}", screen.display());
    if !screen.join("index.html").is_file() {
        println!("cargo:warning=ui/dist/index.html is missing: build the screen first (cargo xtask run does it)");
    }
}
