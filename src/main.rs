//! The program `clawhatch`. Everything is in the library, where tests reach it.

fn main() -> std::process::ExitCode {
    clawhatch::wiring::main()
}
