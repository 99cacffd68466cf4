//! Settings of uploaded files.

use clap::Args;

/// How much may be uploaded.
#[derive(Debug, Clone, Copy, Args)]
#[expect(clippy::struct_field_names, reason = "a flag's name is its field's")]
pub(crate) struct FileLimits {
    /// Largest uploaded file, in bytes
    #[arg(long, env = "HEADWATER_MAX_FILE", value_name = "BYTES", default_value_t = 1 << 30, value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub(crate) max_file: u64,
    /// Most files of one datasource
    #[arg(long, env = "HEADWATER_MAX_FILES", value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) max_files: u32,
    /// Most bytes of all uploaded files of one organisation
    #[arg(long, env = "HEADWATER_MAX_FILE_BYTES", value_name = "BYTES", default_value_t = 10 << 30, value_parser = clap::value_parser!(u64).range(1..=1 << 50))]
    pub(crate) max_file_bytes: u64,
}
