//! Tovholder's window: one command into the use cases, nothing else reachable from the screen.

// A console window beside the program's own would be no use on Windows.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod arguments;
mod data;
mod timing;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::Value;
use tauri::ipc::Response;
use tauri::{RunEvent, State};
use tovholder_app::error::{AppError, Code};

use data::Data;

fn main() -> ExitCode {
    let dir = match arguments::data_dir(std::env::args_os().skip(1)) {
        Ok(dir) => dir,
        Err(words) => {
            eprintln!("{words}");
            return ExitCode::from(2);
        }
    };
    // Opening the data and starting the web view go side by side.
    let data = Arc::new(Data::opening(dir));
    let opening = std::thread::Builder::new().name("open-data".to_owned()).spawn({
        let data = Arc::clone(&data);
        move || {
            // The empty page is the yardstick of a shell that does nothing else.
            if !timing::is_empty_page() {
                data.open();
            }
        }
    });
    if let Err(error) = opening {
        eprintln!("tovholder-desktop: {error}");
        return ExitCode::FAILURE;
    }
    let built = tauri::Builder::default()
        .manage(Arc::clone(&data))
        .invoke_handler(tauri::generate_handler![call, reopen])
        .setup({
            let data = Arc::clone(&data);
            move |app| window::open(app, data.opening_so_far().as_deref())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            // The event loop ends the process, and with it skips every drop: the data is closed by hand.
            app.run(move |_, event| {
                if matches!(event, RunEvent::Exit) {
                    data.close();
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("tovholder-desktop: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a use case. When the data could not be opened, the answer is why, so that the screen can say what to do.
#[tauri::command]
async fn call(data: State<'_, Arc<Data>>, name: String, args: Value) -> Result<Response, AppError> {
    let data = Arc::clone(&data);
    blocking(move || data.call(&name, args)).await.map(Response::new)
}

/// Tries to open the data again, for example after a disk was freed or a backup was put back.
#[tauri::command]
async fn reopen(data: State<'_, Arc<Data>>) -> Result<(), AppError> {
    let data = Arc::clone(&data);
    blocking(move || data.reopen()).await
}

/// Runs what waits for the disk away from the window's own thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(AppError::new(Code::Internal).with(error)),
    }
}
