// The end of a program that has no memory left, said without asking for any.
#pragma once

namespace base {

/// Writes the error to stderr; returns the exit status.
int say_no_memory();

}  // namespace base
