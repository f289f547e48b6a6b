//! Measures massively; the options and rows are those of the program `portable`, which starts this one.
//!
//! Exits with 1 when a result is wrong, and with 2 when there is no adapter or the file cannot be written.

mod calls;
mod ops;
mod peer;

use std::panic;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use cubecl::wgpu::{RuntimeOptions, Vulkan, WgpuDevice, WgpuRuntime, WgslCompiler, init_setup};
use portable::options::Compiler;
use portable::table::Table;
use portable::{Options, Outcome};

use peer::Massively;

fn main() -> ExitCode {
    match measure(&Options::parse()) {
        Ok(outcome) if outcome.wrong > 0 => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("portable-massively: {why}");
            ExitCode::from(2)
        }
    }
}

fn measure(options: &Options) -> Result<Outcome, String> {
    let start = Instant::now();
    let device = WgpuDevice::DefaultDevice;
    // There is no way to ask first: what cannot be opened panics, which is told below.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let setup = panic::catch_unwind(|| init_setup::<Vulkan>(&device, RuntimeOptions::default()));
    panic::set_hook(hook);
    let setup = setup.map_err(|_| "no adapter for massively".to_owned())?;
    let adapter = setup.adapter.get_info();
    let software = format!("{:?}", adapter.device_type) == "Cpu";
    let compiler = options.compiler.on(software);
    let file = |error| format!("{}: {error}", options.out.display());
    let mut table = Table::open(&options.out, options.append).map_err(file)?;
    let run = |name: &str| eprintln!("note: {name} runs on {:?} as {compiler:?}", adapter.name);
    match compiler {
        Compiler::Wgsl => {
            let start = Instant::now();
            let system =
                Massively::<WgpuRuntime<WgslCompiler>>::new("massively 0.97 wgsl", device, start, software)?;
            run("massively 0.97");
            portable::run(&system, options, &mut table)
        }
        _ => {
            let system = Massively::<WgpuRuntime>::new("massively 0.97", device, start, software)?;
            run("massively 0.97");
            portable::run(&system, options, &mut table)
        }
    }
    .map_err(file)
}
