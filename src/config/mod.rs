//! Settings: one file a section, parsed into final types at start.
