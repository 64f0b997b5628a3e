//! The program `clawnode`: runs OpenClaw claws on this host. Everything is in the library, where tests reach it.

fn main() -> std::process::ExitCode {
    clawhatch::wiring::clawnode::main(std::env::args_os().collect())
}
