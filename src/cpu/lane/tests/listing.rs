use super::super::Program;
use super::support::*;
#[test]
fn debug_listing() {
    if let Ok(source) = std::env::var("SRC") {
        let fused = call(&parse(&source, 0), &[]);
        println!("{}", Program::compile(&fused).unwrap());
    }
}
