//! Templates, texts and static files of the pages, and the structs that fill them.
