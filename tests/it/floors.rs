//! A file imports only from floors below its own.
