//! The command line, through the program itself; and what every command begins with.

mod deployment;
